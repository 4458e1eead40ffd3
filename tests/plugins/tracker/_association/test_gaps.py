"""Short gaps are filled joint by joint; everything else stays as it is."""

import numpy as np
import pytest

from framework.plugins.tracker._association.gaps import fill_gaps
from framework.skeletons import COCO17
from framework.types import State, Track


def track_of(times, observed):
    """A person whose joints move along curves, visible in the ``observed`` rows."""
    times, observed = np.asarray(times, float), np.asarray(observed, bool)
    points = np.stack([100 * times, 50 * np.sin(times)], -1)[:, None] + np.arange(17)[:, None]
    blank = np.where(observed[:, None, None], 1.0, np.nan)
    keypoints = (points * blank).astype(np.float32)
    return Track(
        id=1,
        skeleton=COCO17,
        frame_index=np.arange(len(times)),
        time_s=times,
        boxes=np.tile(keypoints[:, 0], (1, 2)),
        keypoints=keypoints,
        keypoint_scores=np.where(observed[:, None], 0.5 + 0.01 * np.arange(17), 0).astype("f4"),
        state=np.where(observed, np.uint8(State.OBSERVED), np.uint8(State.MISSING)),
        complete=observed.copy(),
        keypoints_3d=np.concatenate([keypoints, keypoints[..., :1]], -1),
    ), points


def test_a_short_gap_follows_the_curve_in_time():
    times = np.array([0, 0.1, 0.2, 0.3, 0.33, 0.48, 0.6, 0.7])
    track, truth = track_of(times, [1, 1, 1, 0, 0, 0, 1, 1])
    filled = fill_gaps(track, 0.5)
    assert (filled.state[3:6] == State.FILLED).all()
    assert np.abs(filled.keypoints - truth).max() < 0.3
    assert np.abs(filled.boxes[:, :2] - truth[:, 0]).max() < 0.3
    assert np.abs(filled.keypoints_3d[..., :2] - truth).max() < 0.3
    assert not filled.complete[3:6].any()
    assert np.array_equal(filled.keypoints[track.state == 1], track.keypoints[track.state == 1])


def test_a_long_gap_and_the_ends_stay_missing():
    track, _ = track_of(np.arange(10) / 10, [0, 1, 1, 0, 0, 0, 0, 0, 1, 0])
    filled = fill_gaps(track, 0.5)
    assert np.array_equal(filled.state, track.state)
    assert np.array_equal(filled.keypoints, track.keypoints, equal_nan=True)


def test_scores_are_the_lower_of_the_neighbours():
    track, _ = track_of([0, 0.1, 0.2], [1, 0, 1])
    track.keypoint_scores[2] = 0.55
    filled = fill_gaps(track, 0.5)
    assert filled.keypoint_scores[1] == pytest.approx(np.minimum(track.keypoint_scores[0], 0.55))


def test_a_joint_unknown_on_one_side_stays_unknown_in_the_gap():
    track, _ = track_of([0, 0.1, 0.2, 0.3], [1, 1, 0, 1])
    track.keypoints[1, 4] = np.nan
    filled = fill_gaps(track, 0.5)
    assert np.isnan(filled.keypoints[1:3, 4]).all()
    assert filled.keypoint_scores[2, 4] == 0
    assert np.isfinite(np.delete(filled.keypoints[2], 4, axis=0)).all()


def test_a_filled_joint_does_not_overshoot():
    track, _ = track_of(np.arange(8) / 10, [1, 1, 1, 0, 0, 1, 1, 1])
    track.keypoints[:3, :, 0], track.keypoints[5:, :, 0] = 0, 100
    filled = fill_gaps(track, 0.5)
    assert filled.keypoints[..., 0].min() >= 0
    assert filled.keypoints[..., 0].max() <= 100


def test_the_given_track_is_not_changed():
    track, _ = track_of([0, 0.1, 0.2], [1, 0, 1])
    fill_gaps(track, 0.5)
    assert track.state.tolist() == [1, 0, 1]
    assert np.isnan(track.keypoints[1]).all()


def test_a_gap_of_exactly_max_gap_s_is_filled():
    track, _ = track_of([0, 0.25, 0.5], [1, 0, 1])
    assert fill_gaps(track, 0.5).state[1] == State.FILLED
    assert fill_gaps(track, np.nextafter(0.5, 0)).state[1] == State.MISSING


def test_a_track_without_gaps_is_returned_itself():
    track, _ = track_of([0, 0.25, 0.5], [1, 1, 1])
    assert fill_gaps(track, 0.5) is track
