"""The contract of `framework.stages.Tracker`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.stages import Tracker
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample
from framework.types import Detections, State, Track


def play(tracker: Tracker, sample: Sample) -> list[Track]:
    """The identities of a clip."""
    frames = sample.frames
    for index, time_s, people in zip(frames.index, frames.time_s, sample.detections, strict=True):
        tracker.update(int(index), float(time_s), people)
    return tracker.finish()


def tracks_of(subject: Subject[Tracker], sample: Sample) -> list[Track]:
    """The same with a new tracker."""
    with subject.ready(sample.video) as tracker:
        return play(tracker, sample)


def one_row_per_frame(subject: Subject[Tracker]) -> None:
    """Every `Track` has one row per ``update`` since ``start``, in that order.

    Frames without the person, or without anybody, get a row too (``State.MISSING``).
    """
    sample = subject.sample()
    tracks = tracks_of(subject, sample)
    expect(isinstance(tracks, list), f"{type(tracks).__name__} instead of a list")
    expect(tracks, "no track, though two people are in the clip")
    for track in tracks:
        expect(len(track) == 24, f"track {track.id} has {len(track)} rows for 24 frames")


def rows_carry_index_and_time(subject: Subject[Tracker]) -> None:
    """``frame_index`` and ``time_s`` are the arguments of ``update``, row by row.

    An interpolated frame has the index of the source frame before it: an index may
    come twice, a time may not.
    """
    sample = subject.sample()
    index = np.arange(24, dtype=np.int64) // 2 + 100
    sample = replace(sample, frames=replace(sample.frames, index=index))
    for track in tracks_of(subject, sample):
        rows = slice(len(track))
        expect(
            np.array_equal(track.frame_index, index[rows]),
            f"frame_index {track.frame_index[:6].tolist()} for {index[:6].tolist()} ...",
        )
        expect(np.allclose(track.time_s, sample.frames.time_s[rows]), "time_s differs")


def missing_rows_hold_nothing(subject: Subject[Tracker]) -> None:
    """In a row of ``State.MISSING`` boxes and keypoints (2D, 3D) are NaN, scores 0, complete False.

    Zeros would mean a person in the corner of the frame.
    """
    for track in tracks_of(subject, subject.sample()):
        gone = track.state == State.MISSING
        for name in ("boxes", "keypoints", "keypoints_3d"):
            values = getattr(track, name)
            expect(values is None or np.isnan(values[gone]).all(), f"{name} of a missing row")
        expect(not track.keypoint_scores[gone].any(), "keypoint_scores of a missing row")
        expect(not track.complete[gone].any(), "complete of a missing row")


def present_rows_hold_somebody(subject: Subject[Tracker]) -> None:
    """A row that is observed or filled has a finite box and keypoints; states are 0, 1 or 2.

    Nobody can be observed in a frame that nobody was detected in.
    """
    sample = subject.sample()
    empty = np.array([len(people) == 0 for people in sample.detections])
    for track in tracks_of(subject, sample):
        here, observed = track.present, track.state == State.OBSERVED
        expect(track.state.max(initial=0) <= max(State), f"a state of {track.state.max()}")
        expect(np.isfinite(track.boxes[here]).all(), "a present row without a box")
        known = np.isfinite(track.keypoints[here]).any((1, 2))
        expect(known.all(), "a present row without keypoints")
        expect(not observed[: len(empty)][empty[: len(track)]].any(), "observed in an empty frame")


def ids_differ(subject: Subject[Tracker]) -> None:
    """No two tracks of a clip have the same id."""
    ids = [track.id for track in tracks_of(subject, subject.sample())]
    expect(len(set(ids)) == len(ids), f"ids {ids}")


def keeps_skeleton_threshold_and_3d(subject: Subject[Tracker]) -> None:
    """Tracks have the detections' skeleton, score threshold and, where there is one, their 3D.

    ``lifter=detector3d`` needs ``Track.keypoints_3d``.
    """
    sample = subject.sample()
    sample = replace(sample, detections=[_strict(people) for people in sample.detections])
    for track in tracks_of(subject, sample):
        expect(track.skeleton == subject.skeleton, f"skeleton {track.skeleton.name}")
        expect(track.score_threshold == 0.25, f"score_threshold {track.score_threshold}")
        expect(track.keypoints_3d is not None, "keypoints_3d is None")


def needs_no_3d(subject: Subject[Tracker]) -> None:
    """Most detectors have no 3D: ``keypoints_3d`` is None for their people and their tracks."""
    sample = subject.sample()
    flat = [replace(people, keypoints_3d=None) for people in sample.detections]
    for track in tracks_of(subject, replace(sample, detections=flat)):
        expect(track.keypoints_3d is None, "3D was made up")


def nobody_is_an_empty_list(subject: Subject[Tracker]) -> None:
    """A clip in which nobody was ever seen gives ``[]``."""
    tracks = tracks_of(subject, subject.sample(people=0))
    expect(tracks == [], f"{len(tracks)} tracks of nobody")


def no_frames_are_fine(subject: Subject[Tracker]) -> None:
    """``finish`` without any ``update`` gives ``[]``."""
    with subject.ready(subject.sample().video) as tracker:
        tracks = tracker.finish()
    expect(tracks == [], f"{len(tracks)} tracks without a frame")


def one_frame_is_a_clip(subject: Subject[Tracker]) -> None:
    """A clip of one frame gives tracks of one row."""
    lengths = [len(track) for track in tracks_of(subject, subject.sample(rows=1))]
    expect(set(lengths) <= {1}, f"tracks of {lengths} rows for one frame")


def _strict(people: Detections) -> Detections:
    return replace(people, score_threshold=0.25)


SUITE = Suite(
    play=play,
    checks=(
        one_row_per_frame,
        rows_carry_index_and_time,
        missing_rows_hold_nothing,
        present_rows_hold_somebody,
        ids_differ,
        keeps_skeleton_threshold_and_3d,
        needs_no_3d,
        nobody_is_an_empty_list,
        no_frames_are_fine,
        one_frame_is_a_clip,
    ),
)
