"""Predictions are paired with the truth of the same time and the same person."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.evaluation.matching import clock_notes, matching_rows, pair_up
from framework.lab.evaluation.truth import Truth


def truth_of(*people, **when):
    pixels = when.pop("pixels", None)
    joints = np.stack(people)
    return Truth(name="truth", joints=joints, in_camera_axes=True, pixels=pixels, **when)


def test_times_count_before_frame_numbers(standing, result_of):
    result = result_of(standing(4), first=2)
    truth = truth_of(standing(5), frame_index=np.arange(5), time_s=(np.arange(5) + 1) / 30)
    rows, known = matching_rows(result, truth)
    assert (rows.tolist(), known.tolist()) == ([0, 1, 2, 3], [1, 2, 3, 4])


def test_frame_numbers_count_without_times(standing, result_of):
    rows, known = matching_rows(
        result_of(standing(4), first=2), truth_of(standing(5), frame_index=np.arange(5))
    )
    assert (rows.tolist(), known.tolist()) == ([0, 1, 2], [2, 3, 4])


def test_a_rounded_rate_does_not_drift(standing, result_of):
    """Programs write 30 frames a second for a clip at 29.97: after a minute two frames are lost."""
    result = result_of(standing(3000), fps=30000 / 1001)
    truth = truth_of(standing(3000), time_s=np.arange(3000) / 30)
    rows, known = matching_rows(result, truth)
    assert (rows == known).all()
    assert len(rows) == 3000
    assert clock_notes(result, truth) == [
        "30 frames a second are taken for the clip's 29.97, frame by frame"
    ]


def test_a_truth_of_another_rate_is_matched_by_its_clock(standing, result_of):
    result = result_of(standing(300), fps=30)
    truth = truth_of(standing(1001), time_s=np.arange(1001) / 99.7)
    rows, known = matching_rows(result, truth)
    assert np.abs(result.time_s[rows] - truth.time_s[known]).max() <= 0.5 / 99.7
    assert clock_notes(result, truth) == []


def test_times_that_do_not_meet_are_said(standing, result_of):
    result = result_of(standing(30), fps=30)
    truth = truth_of(standing(30), time_s=np.cumsum([0.001, 0.001, 0.08] * 10))
    assert any("have a time that the other has too" in note for note in clock_notes(result, truth))


def test_times_count_where_they_differ(standing, result_of):
    result = result_of(standing(4), fps=25)
    truth = truth_of(standing(20), frame_index=np.arange(20), time_s=np.arange(20) / 100)
    rows, known = matching_rows(result, truth)
    assert (rows.tolist(), known.tolist()) == ([0, 1, 2, 3], [0, 4, 8, 12])


def test_a_slow_truth_is_used_once_and_the_steps_stay_even(standing, result_of):
    moving = standing(7)
    moving[:, 10, 0] += np.arange(7)
    result = result_of(moving, fps=60)
    truth = truth_of(standing(4), time_s=np.arange(4) / 30)
    rows, known = matching_rows(result, truth)
    assert (rows.tolist(), known.tolist()) == ([0, 2, 4, 6], [0, 1, 2, 3])
    (pair,) = pair_up(result, truth)
    assert pair.predicted[:, 10, 0].tolist() == [0, 2, 4, 6]


def test_a_frame_without_truth_is_a_gap(standing, result_of):
    truth = truth_of(standing(4), frame_index=np.array([0, 1, 3, 4]))
    (pair,) = pair_up(result_of(standing(5)), truth)
    assert np.isnan(pair.truth).all((1, 2)).tolist() == [False, False, True, False, False]


def test_people_are_matched_by_their_positions_in_the_image(standing, result_of):
    low, high = standing(3), standing(3) * 1.5
    first = result_of(high, low)
    swapped = [first.tracks[n].keypoints for n in (1, 0)]
    pixels = np.full((2, 3, 17, 2), np.nan, np.float32)
    pixels[:, :, 11:14], pixels[:, :, 14:] = (
        np.stack([k[:, rows] for k in swapped]) for rows in ([5, 7, 9], [6, 8, 10])
    )
    pairs = pair_up(first, truth_of(low, high, frame_index=np.arange(3), pixels=pixels))
    for pair in pairs:
        np.testing.assert_allclose(pair.predicted, pair.truth)
    assert len(pairs) == 2


def test_one_person_is_compared_with_the_track_with_the_most_poses(standing, result_of):
    brief = standing(4)
    brief[1:] = np.nan
    (pair,) = pair_up(
        result_of(brief, standing(4)), truth_of(standing(4), frame_index=np.arange(4))
    )
    assert np.isfinite(pair.predicted).all()


def test_people_that_cannot_be_told_apart_are_an_error(standing, result_of):
    two = truth_of(standing(2), standing(2), frame_index=np.arange(2))
    with pytest.raises(InputError, match="to tell them apart"):
        pair_up(result_of(standing(2)), two)


def test_a_truth_of_other_frames_is_an_error(standing, result_of):
    other = truth_of(standing(2), frame_index=np.array([90, 91]))
    with pytest.raises(InputError, match=r"no frame in common with clip\.mp4"):
        pair_up(result_of(standing(2)), other)
