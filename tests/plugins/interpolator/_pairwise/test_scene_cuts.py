"""How different two frames are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.interpolator._pairwise.scene_cuts import frame_difference


def plain(value, size=(72, 128)):
    return np.full((*size, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("first", "second", "wanted"), [(0, 255, 1.0), (90, 90, 0.0), (100, 151, 0.2), (151, 100, 0.2)]
)
def test_it_is_the_mean_difference_as_a_share_of_the_range(first, second, wanted):
    assert frame_difference(plain(first), plain(second)) == pytest.approx(wanted)


def test_a_part_of_the_frame_counts_by_its_area_and_channel():
    second = plain(0)
    second[:36, :64, 1] = 255  # a quarter, in one channel of three
    assert frame_difference(plain(0), second) == pytest.approx(1 / 12, abs=1e-3)


def test_fine_patterns_that_move_are_hardly_a_difference():
    stripes = np.zeros((360, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    assert frame_difference(stripes, np.roll(stripes, 1, axis=1)) < 0.01


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), height=st.integers(20, 90), width=st.integers(20, 90))
def test_it_is_symmetric_from_0_to_1_and_0_for_equal_frames(seed, height, width):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 256, (2, height, width, 3), np.uint8)
    difference = frame_difference(first, second)
    assert difference == frame_difference(second, first)
    assert 0 <= difference <= 1
    assert frame_difference(first, first) == 0
