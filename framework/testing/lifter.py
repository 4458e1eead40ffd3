"""The contract of `framework.stages.Lifter`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.stages import Lifter
from framework.testing.arrays import difference
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample
from framework.types import Floats, Pose3D, State, Track

_TOLERANCE_M = 1e-4


def play(lifter: Lifter, sample: Sample) -> list[Pose3D]:
    """The poses of a clip."""
    return lifter.lift(sample.tracks, sample.video)


def lift(subject: Subject[Lifter], sample: Sample) -> list[Pose3D]:
    """The same with a new lifter."""
    with subject.ready(sample.video) as lifter:
        return play(lifter, sample)


def one_pose_per_track(subject: Subject[Lifter]) -> None:
    """``lift`` returns one `Pose3D` a track, in order, with the track's id and number of rows."""
    sample = subject.sample()
    poses = lift(subject, sample)
    expect(isinstance(poses, list), f"{type(poses).__name__} instead of a list")
    ids, wanted = [pose.track_id for pose in poses], [track.id for track in sample.tracks]
    expect(ids == wanted, f"poses of tracks {ids} instead of {wanted}")
    rows = [len(pose) for pose in poses]
    expect(rows == [24] * len(poses), f"poses of {rows} rows for tracks of 24")


def only_rows_with_keypoints_are_valid(subject: Subject[Lifter]) -> None:
    """A row without keypoints (``State.MISSING``) is not valid; others may be.

    A track that is missing throughout gives a pose without a valid row.
    """
    sample = subject.sample()
    sample = replace(sample, tracks=[*sample.tracks, _never_there(sample.tracks[0])])
    poses = lift(subject, sample)
    for track, pose in zip(sample.tracks, poses, strict=False):
        rows = slice(min(len(track), len(pose)))
        made_up = pose.valid[rows] & ~track.present[rows]
        expect(
            not made_up.any(), f"rows {np.flatnonzero(made_up).tolist()} of {track.id} are valid"
        )


def valid_rows_are_whole(subject: Subject[Lifter]) -> None:
    """Joints are finite where a row is valid and NaN where it is not; some rows are valid."""
    poses = lift(subject, subject.sample())
    expect(any(pose.valid.any() for pose in poses), "no row is valid")
    for pose in poses:
        expect(np.isfinite(pose.joints[pose.valid]).all(), "a valid row has joints at NaN")
        expect(np.isnan(pose.joints[~pose.valid]).all(), "a row that is not valid has joints")


def relative_to_the_root(subject: Subject[Lifter]) -> None:
    """The skeleton has a root joint, and joints are relative to it: it lies at the origin."""
    for pose in lift(subject, subject.sample()):
        root = pose.skeleton.root
        expect(root is not None, f"skeleton {pose.skeleton.name} has no root")
        far = np.abs(pose.joints[pose.valid][:, root]).max(initial=0)
        expect(far < _TOLERANCE_M, f"the root joint is {far:.3f} m from the origin")


def metres(subject: Subject[Lifter]) -> None:
    """Joints are metres: somebody 1.75 m tall comes out between 0.5 and 4 m from end to end."""
    for pose in lift(subject, subject.sample()):
        # (T,) largest extent along any axis
        spans = np.ptp(pose.joints[pose.valid], axis=1).max(-1)
        if spans.size:
            span = float(np.median(spans))
            expect(0.5 < span < 4, f"somebody is {span:.3g} m from end to end")


def head_above_feet(subject: Subject[Lifter]) -> None:
    """Camera axes have y down: the head of somebody who stands has a smaller y than the feet."""
    for pose in lift(subject, subject.sample()):
        names, joints = pose.skeleton.joints, pose.joints[pose.valid]
        tops = [row for row, name in enumerate(names) if name in ("head", "nose", "neck")]
        feet = [row for row, name in enumerate(names) if name.endswith("ankle")]
        if tops and feet and len(joints):
            higher = joints[:, tops, 1].mean() < joints[:, feet, 1].mean()
            expect(higher, "the head is below the feet")


def a_left_hand_stays_left(subject: Subject[Lifter]) -> None:
    """Left and right are neither swapped nor mirrored: who raises the left hand raises the left.

    The same holds in a mirror, where left and right joints have changed places. Camera axes have
    x to the right, as images.
    """
    sample = subject.sample()
    mirrored = replace(sample, tracks=[_mirrored(track, sample) for track in sample.tracks])
    for given, raised, other in ((sample, "left", "right"), (mirrored, "right", "left")):
        pose = lift(subject, given)[0]
        joints = pose.joints[pose.valid]
        up, down = (joints[:, pose.skeleton.index(f"{s}_wrist"), 1] for s in (raised, other))
        expect(np.mean(up < down) > 0.5, f"the {raised} hand is raised, but the {other} one is up")
        # Everybody faces the camera: left and right are the same in image and camera space.
        span = joints[:, pose.skeleton.index("left_shoulder"), 0]
        span = span - joints[:, pose.skeleton.index("right_shoulder"), 0]
        expect(np.median(span) > 0, "the left shoulder is at the left of somebody who faces us")


def people_are_independent(subject: Subject[Lifter]) -> None:
    """A track gets the same pose alone and beside others, first or last.

    Watch padding, normalisation and anything that is averaged over a batch.
    """
    sample = subject.sample()
    together = lift(subject, sample)
    alone = [lift(subject, replace(sample, tracks=[track]))[0] for track in sample.tracks]
    turned = lift(subject, replace(sample, tracks=sample.tracks[::-1]))[::-1]
    for how, answer in (("alone", alone), ("in another order", turned)):
        apart = difference(_joints(together), _joints(answer), _TOLERANCE_M)
        expect(not apart, f"{how} they get other poses, in {apart}")


def nobody_is_an_empty_list(subject: Subject[Lifter]) -> None:
    """``lift([], video)`` is ``[]``."""
    poses = lift(subject, subject.sample(people=0))
    expect(poses == [], f"{len(poses)} poses of nobody")


def one_frame_is_a_clip(subject: Subject[Lifter]) -> None:
    """A track of one row gives a pose of one row."""
    lengths = [len(pose) for pose in lift(subject, subject.sample(rows=1))]
    expect(set(lengths) <= {1}, f"poses of {lengths} rows for one frame")


def _joints(poses: list[Pose3D]) -> list[Floats]:
    return [pose.joints for pose in poses]


def _never_there(track: Track) -> Track:
    return replace(
        track,
        id=99,
        boxes=np.full_like(track.boxes, np.nan),
        keypoints=np.full_like(track.keypoints, np.nan),
        keypoint_scores=np.zeros_like(track.keypoint_scores),
        state=np.full_like(track.state, State.MISSING),
        complete=np.zeros_like(track.complete),
        keypoints_3d=np.full((*track.keypoint_scores.shape, 3), np.nan, np.float32),
    )


def _mirrored(track: Track, sample: Sample) -> Track:
    """The mirrored person: x negated, left and right joints exchanged."""
    partner = list(track.skeleton.mirror)
    turn = np.array([-1, 1, 1], np.float32)
    shift = np.array([sample.video.size_wh[0], 0], np.float32)
    # x1 and x2 change places, so that x1 < x2 again after the negation.
    corners = track.boxes[:, [2, 1, 0, 3]].reshape(-1, 2, 2)
    own_3d = track.keypoints_3d
    return replace(
        track,
        keypoints=track.keypoints[:, partner] * turn[:2] + shift,
        boxes=(corners * turn[:2] + shift).reshape(-1, 4),
        keypoint_scores=track.keypoint_scores[:, partner],
        keypoints_3d=None if own_3d is None else own_3d[:, partner] * turn,
    )


SUITE = Suite(
    play=play,
    checks=(
        one_pose_per_track,
        only_rows_with_keypoints_are_valid,
        valid_rows_are_whole,
        relative_to_the_root,
        metres,
        head_above_feet,
        a_left_hand_stays_left,
        people_are_independent,
        nobody_is_an_empty_list,
        one_frame_is_a_clip,
    ),
)
