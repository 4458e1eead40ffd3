"""Recordings at the frame rate of training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.lab.motion.resample import resampled


@pytest.mark.parametrize(("fps", "rows"), [(120, 3), (60, 5), (30, 9), (15, 17)])
def test_a_recording_has_thirty_frames_per_second_afterwards(fps, rows):
    assert len(resampled(np.arange(9.0), fps)) == rows


def test_every_fourth_frame_of_120_is_kept_exactly():
    values = np.random.default_rng(0).normal(size=(41, 3, 2))
    np.testing.assert_allclose(resampled(values, 120), values[::4], rtol=1e-6)


def test_between_frames_values_are_interpolated_linearly():
    np.testing.assert_allclose(resampled(np.array([0.0, 1, 4]), 15), [0, 0.5, 1, 2.5, 4])


def test_a_single_frame_stays():
    np.testing.assert_array_equal(resampled(np.ones((1, 2)), 120), np.ones((1, 2)))


@given(fps=st.floats(10, 240), frames=st.integers(2, 60))
def test_motion_of_constant_speed_keeps_its_speed(fps, frames):
    steps = np.diff(resampled(np.arange(frames) / fps, fps))
    np.testing.assert_allclose(steps, 1 / 30, rtol=1e-3)
