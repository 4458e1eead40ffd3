"""What holds for every clip and every tracker."""

import copy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.completeness.keypoints.config import KeypointCompletenessConfig, Profile
from framework.plugins.completeness.keypoints.keypoints import KeypointCompleteness
from framework.plugins.completeness.none.config import NoCompletenessConfig
from framework.plugins.completeness.none.none import NoCompleteness
from framework.plugins.tracker.all.all import All
from framework.plugins.tracker.all.config import AllConfig
from framework.plugins.tracker.bytetrack.config import ByteTrackConfig
from framework.plugins.tracker.largest.config import LargestConfig
from framework.plugins.tracker.largest.largest import Largest
from framework.plugins.tracker.largest_complete.config import LargestCompleteConfig
from framework.plugins.tracker.largest_complete.largest_complete import LargestComplete
from framework.plugins.tracker.select.config import SelectConfig
from framework.plugins.tracker.select.select import Select
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import Detections, State


def bytetrack():
    pytest.importorskip("trackers", reason='needs pip install "framework[bytetrack]"')
    from framework.plugins.tracker.bytetrack.bytetrack import ByteTrack

    return ByteTrack(ByteTrackConfig(), Runtime())


TRACKERS = {
    "largest_complete": lambda: LargestComplete(LargestCompleteConfig(), Runtime()),
    "largest": lambda: Largest(LargestConfig(), Runtime()),
    "all": lambda: All(AllConfig(), Runtime()),
    "select": lambda: Select(SelectConfig(), Runtime()),
    "bytetrack": bytetrack,
}
COMPLETENESS = {
    "full": lambda: KeypointCompleteness(KeypointCompletenessConfig(), Runtime()),
    "upper_at_once": lambda: KeypointCompleteness(
        KeypointCompletenessConfig(profile=Profile.upper, hysteresis=0), Runtime()
    ),
    "none": lambda: NoCompleteness(NoCompletenessConfig(), Runtime()),
}
every_tracker = pytest.mark.parametrize("make", TRACKERS.values(), ids=TRACKERS.keys())
every_judge = pytest.mark.parametrize("judge", COMPLETENESS.values(), ids=COMPLETENESS.keys())
modest = settings(deadline=None, max_examples=25)


@st.composite
def clips(draw):
    """A few people who move at random, are missed, lose joints and scores, at uneven times."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people, rows = draw(st.integers(0, 4)), draw(st.integers(0, 25))
    times = np.cumsum(rng.choice([1 / 60, 1 / 30, 0.2, 0.7], rows))
    poses = rng.uniform(0, 1, (people, 17, 2)) * rng.uniform(60, 400, (people, 1, 2))
    places = rng.uniform(0, 900, (people, 1, 2))
    frames = []
    for _ in range(rows):
        places = places + rng.normal(0, 8, places.shape)
        frames.append(_frame(rng, poses + places))
    return times, frames


def _frame(rng, points):
    here = rng.random(len(points)) < 0.8
    points = points[here].astype(np.float32)
    boxes = np.concatenate([points.min(1), points.max(1)], 1)
    points[rng.random(points.shape[:2]) < 0.1] = np.nan
    return Detections(
        skeleton=COCO17,
        boxes=boxes,
        box_scores=rng.uniform(0.3, 1, len(points)).astype(np.float32),
        keypoints=points,
        keypoint_scores=rng.uniform(0.2, 1, points.shape[:2]).astype(np.float32),
        complete=rng.random(len(points)) < 0.6,
    )


def run(tracker, times, frames):
    for row, (time_s, frame) in enumerate(zip(times, frames, strict=True)):
        tracker.update(3 * row + 1, float(time_s), frame)
    return tracker.finish()


def arrays(track):
    yield from (track.boxes, track.keypoints, track.keypoint_scores, track.state, track.complete)


@every_tracker
@modest
@given(clip=clips())
def test_one_row_per_update_and_every_id_once(make, clip):
    times, frames = clip
    tracks = run(make(), times, frames)
    assert len({track.id for track in tracks}) == len(tracks)
    for track in tracks:
        assert np.array_equal(track.frame_index, 3 * np.arange(len(frames)) + 1)
        assert np.array_equal(track.time_s, times)
        assert track.present.any()


@every_judge
@every_tracker
@settings(deadline=None, max_examples=8)
@given(clip=clips(), interpolated=st.integers(0, 2**25 - 1))
def test_one_row_per_source_frame_and_person_after_every_judgement(make, judge, clip, interpolated):
    times, frames = clip
    judging = judge()
    judged = [judging.judge(frame, (900, 900)) for frame in frames]
    source = np.array([not interpolated >> row & 1 for row in range(len(frames))], bool)
    for track in run(make(), times, judged):
        kept = track.take(source)
        assert np.array_equal(kept.time_s, times[source])
        assert len(kept.keypoints) == len(kept.boxes) == len(kept.state) == source.sum()
        observed = track.state == State.OBSERVED
        assert not (track.complete & ~observed).any()


@every_tracker
@modest
@given(clip=clips())
def test_observed_rows_are_the_detections_and_missing_rows_are_empty(make, clip):
    times, frames = clip
    for track in run(make(), times, frames):
        for row, frame in enumerate(frames):
            if track.state[row] == State.OBSERVED:
                same = [np.array_equal(track.boxes[row], box) for box in frame.boxes]
                person = same.index(True)
                assert np.array_equal(track.keypoints[row], frame.keypoints[person], equal_nan=True)
                assert np.array_equal(track.keypoint_scores[row], frame.keypoint_scores[person])
                assert track.complete[row] == frame.complete[person]
            if track.state[row] == State.MISSING:
                assert np.isnan(track.boxes[row]).all()
                assert np.isnan(track.keypoints[row]).all()
                assert not track.keypoint_scores[row].any()


@every_tracker
@modest
@given(clip=clips())
def test_only_short_gaps_between_two_observed_rows_are_filled(make, clip):
    times, frames = clip
    for track in run(make(), times, frames):
        seen = np.flatnonzero(track.state == State.OBSERVED)
        for before, after in pairwise(seen):
            wanted = State.FILLED if times[after] - times[before] <= 0.5 else State.MISSING
            assert (track.state[before + 1 : after] == wanted).all()
        assert (track.state[: seen[0]] == State.MISSING).all()
        assert (track.state[seen[-1] + 1 :] == State.MISSING).all()


@every_tracker
@modest
@given(clip=clips(), seed=st.integers(0, 1000))
def test_the_order_of_the_people_in_a_frame_changes_nothing(make, clip, seed):
    times, frames = clip
    rng = np.random.default_rng(seed)
    shuffled = [frame.take(rng.permutation(len(frame))) for frame in frames]
    one, other = run(make(), times, frames), run(make(), times, shuffled)
    assert len(one) == len(other)
    for track, same in zip(one, other, strict=True):
        for a, b in zip(arrays(track), arrays(same), strict=True):
            assert np.array_equal(a, b, equal_nan=True)


@every_tracker
@modest
@given(clip=clips(), shift=st.sampled_from([(-256, 64), (1024, 512)]))
def test_shifting_the_image_shifts_the_tracks(make, clip, shift):
    times, frames = clip
    step = np.array(shift, np.float32)
    moved = [
        Detections(
            skeleton=COCO17,
            boxes=frame.boxes + np.tile(step, 2),
            box_scores=frame.box_scores,
            keypoints=frame.keypoints + step,
            keypoint_scores=frame.keypoint_scores,
            complete=frame.complete,
        )
        for frame in frames
    ]
    one, other = run(make(), times, frames), run(make(), times, moved)
    assert len(one) == len(other)
    for track, same in zip(one, other, strict=True):
        assert np.array_equal(track.state, same.state)
        np.testing.assert_allclose(track.keypoints + step, same.keypoints, atol=0.01)


@every_tracker
@modest
@given(clip=clips())
def test_inputs_are_not_changed_and_finish_gives_the_same_again(make, clip):
    times, frames = clip
    before = copy.deepcopy(frames)
    tracker = make()
    first, again = run(tracker, times, frames), tracker.finish()
    for frame, old in zip(frames, before, strict=True):
        assert np.array_equal(frame.keypoints, old.keypoints, equal_nan=True)
        assert np.array_equal(frame.boxes, old.boxes)
    for track, same in zip(first, again, strict=True):
        for a, b in zip(arrays(track), arrays(same), strict=True):
            assert np.array_equal(a, b, equal_nan=True)


@every_tracker
def test_later_changes_of_a_detectors_arrays_do_not_change_the_track(make, make_detections):
    points = np.random.default_rng(0).uniform(0, 100, (1, 17, 2))
    frame = make_detections(points)
    truth = frame.keypoints.copy()
    tracker = make()
    for row in range(30):
        tracker.update(row, row / 30, frame)
    frame.keypoints[:] = 0
    (track,) = tracker.finish()
    assert np.array_equal(track.keypoints[1], truth[0])
