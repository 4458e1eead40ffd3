"""One person's rows become a track with a row for every frame."""

from dataclasses import replace

import numpy as np
import pytest

from framework.testing.sample import Sample
from framework.tracks import track_of
from framework.types import State

FRAMES = [(10, 0.0), (11, 0.04), (11, 0.06), (12, 0.08)]


def alone(row):
    return Sample.make(rows=24, people=2).detections[row].take(np.array([0]))


def test_rows_without_the_person_are_missing():
    track = track_of(5, FRAMES, {1: alone(0), 3: alone(1)})
    assert track.id == 5
    assert track.frame_index.tolist() == [10, 11, 11, 12]
    assert track.time_s.tolist() == [0.0, 0.04, 0.06, 0.08]
    assert track.state.tolist() == [
        State.MISSING,
        State.OBSERVED,
        State.MISSING,
        State.OBSERVED,
    ]
    assert track.complete.tolist() == [False, True, False, True]
    for array in (track.boxes, track.keypoints, track.keypoints_3d):
        assert np.isnan(array).all(tuple(range(1, array.ndim))).tolist() == [1, 0, 1, 0]
    assert np.array_equal(track.keypoints[3], alone(1).keypoints[0])
    assert not track.keypoint_scores[[0, 2]].any()


def test_3d_is_kept_only_where_every_row_has_it():
    flat = replace(alone(1), keypoints_3d=None)
    assert track_of(1, FRAMES, {0: flat, 1: flat}).keypoints_3d is None
    assert track_of(1, FRAMES, {0: alone(0), 1: flat}).keypoints_3d is None


def test_nobody_or_two_at_once_are_refused():
    everybody = Sample.make(rows=24, people=2).detections[4]
    for seen in ({}, {0: everybody}):
        with pytest.raises(ValueError, match="needs one person in each row"):
            track_of(1, FRAMES, seen)
