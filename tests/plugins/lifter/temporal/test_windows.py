"""Resampling to even steps, windows, and the inverse of both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.lifter.temporal.windows import (
    FRAMES,
    STEP_S,
    at_times,
    blend,
    resample,
    visit_rows,
    window_at,
    window_starts,
    windows_ending_at,
)


def line(time_s):
    """Keypoints that move evenly, so that any interpolation is exact."""
    keypoints = np.repeat(np.float32(time_s)[:, None, None], 17, axis=1) * np.float32([30, -10])
    detector_3d = np.full((len(time_s), 17, 3), np.nan, np.float32)
    return keypoints, np.ones((len(time_s), 17), np.float32), detector_3d


@given(
    gaps=st.lists(st.floats(0.005, 0.25), min_size=1, max_size=120),
    seed=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=40)
def test_even_motion_survives_any_times(gaps, seed):
    time_s = np.concatenate(([0.0], np.cumsum(gaps)))
    person = resample(time_s, *line(time_s))
    assert len(person.scores) >= FRAMES
    steps_s = person.start_s + STEP_S * np.arange(len(person.scores))
    inside = (steps_s >= 0) & (steps_s <= time_s[-1])
    assert (person.scores[inside] > 0).all()
    # A step as near to a row as a fiftieth of the gap is that row.
    np.testing.assert_allclose(
        person.keypoints[inside, 0, 0], 30 * steps_s[inside], atol=30 * 0.25 * 0.021
    )
    rows = at_times(person.keypoints, person, time_s)
    np.testing.assert_allclose(rows[2:-2, 0, 1], -10 * time_s[2:-2], atol=0.2)


def test_rows_at_thirty_frames_a_second_are_the_steps_themselves():
    time_s = np.arange(100) / 30
    keypoints, scores, detector_3d = line(time_s)
    person = resample(time_s, keypoints, scores, detector_3d)
    np.testing.assert_array_equal(person.keypoints, keypoints)
    np.testing.assert_array_equal(at_times(person.keypoints, person, time_s), keypoints)


def test_a_missing_joint_stays_missing_and_takes_no_other_with_it():
    time_s = np.arange(100) / 25
    keypoints, scores, detector_3d = line(time_s)
    scores[40:50, 9] = 0
    keypoints[40:50, 9] = np.nan
    person = resample(time_s, keypoints, scores, detector_3d)
    gone = person.scores[:, 9] == 0
    assert 10 <= gone.sum() <= 15
    assert (np.delete(person.scores, 9, axis=1) > 0).all()
    assert np.isfinite(person.keypoints).all()


def test_3d_is_known_only_where_the_detector_gave_it():
    time_s = np.arange(100) / 25
    keypoints, scores, detector_3d = line(time_s)
    detector_3d[20:60] = np.float32(time_s)[20:60, None, None]
    person = resample(time_s, keypoints, scores, detector_3d)
    steps_s = person.start_s + STEP_S * np.arange(len(person.scores))
    known = np.isfinite(person.detector_3d).all(axis=(1, 2))
    np.testing.assert_array_equal(known, (steps_s >= 0.79) & (steps_s <= 2.36))
    np.testing.assert_allclose(person.detector_3d[known, 3, 1], steps_s[known], atol=1e-3)


def test_rows_too_far_apart_are_not_bridged():
    time_s = np.array([0.0, 0.1, 0.2, 0.7, 0.8, 3.0])
    person = resample(time_s, *line(time_s))
    steps_s = person.start_s + STEP_S * np.arange(len(person.scores))
    seen = person.scores[:, 0] > 0
    assert not seen[(steps_s > 0.24) & (steps_s < 0.66)].any()
    assert seen[(steps_s > 0.01) & (steps_s < 0.19)].all()


def test_an_absence_of_more_than_a_second_divides_a_track():
    time_s = np.array([0.0, 0.5, 1.2, 2.5, 3.0])
    present = np.array([True, True, True, True, False])
    assert [visit.tolist() for visit in visit_rows(time_s, present)] == [[0, 1, 2], [3]]
    assert visit_rows(time_s, np.zeros(5, bool)) == []


@pytest.mark.parametrize("count", [1, 30, FRAMES, FRAMES + 1, 500])
def test_windows_cover_all_steps_and_blend_to_the_original(count):
    time_s = np.arange(count) / 30
    person = resample(time_s, *line(time_s))
    windows = [window_at(person, start)[0] for start in window_starts(person)]
    assert all(len(window) == FRAMES for window in windows)
    np.testing.assert_allclose(blend(windows, person), person.keypoints, atol=1e-4)


@pytest.mark.parametrize("last", [0, 40, 99])
def test_a_causal_window_ends_at_its_row_and_ignores_later_ones(last):
    time_s = np.arange(100) / 30
    parts = line(time_s)
    rows = slice(last, last + 1)
    keypoints, scores, _ = windows_ending_at(rows, time_s, *parts)
    begun = windows_ending_at(rows, time_s[: last + 1], *(part[: last + 1] for part in parts))
    assert keypoints.shape == (1, FRAMES, 17, 2)
    np.testing.assert_array_equal(keypoints[0, -1], parts[0][last])
    np.testing.assert_array_equal(keypoints, begun[0])
    np.testing.assert_array_equal(scores, begun[1])
    first = max(FRAMES - 1 - last, 0)
    assert (keypoints[0, :first] == parts[0][0]).all()  # stands still before the first row


@given(seed=st.integers(0, 1000), shift=st.floats(0, 1))
@settings(deadline=None, max_examples=30)
def test_splines_reproduce_parabolas_between_steps(seed, shift):
    a, b, c = np.random.default_rng(seed).normal(0, 1, 3)
    person = resample(np.arange(100) / 30, *line(np.arange(100) / 30))
    steps_s = person.start_s + STEP_S * np.arange(100)
    values = np.float32(a + b * steps_s + c * steps_s**2)[:, None]
    wanted_s = steps_s[2:-3] + shift * STEP_S
    expected = a + b * wanted_s + c * wanted_s**2
    np.testing.assert_allclose(at_times(values, person, wanted_s)[:, 0], expected, atol=1e-4)
