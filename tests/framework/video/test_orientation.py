"""Display matrices: what ffmpeg's convention says about a frame, as array steps."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from framework.video.orientation import LEAST_TILT_DEG, Orientation

TURNS = (0, 90, 180, 270)


def matrix(turn_deg: float, mirrored: bool = False) -> np.ndarray:
    """The display matrix of a clockwise turn, after mirroring left and right."""
    turn = math.radians(turn_deg)
    rows = [[math.cos(turn), math.sin(turn), 0], [-math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    return np.array(rows) * [[-1 if mirrored else 1], [1], [1]]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turn", TURNS)
def test_an_image_is_turned_clockwise_after_mirroring(turn, mirrored):
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    orientation = Orientation.from_matrix(matrix(turn, mirrored))
    expected = np.rot90(image[:, ::-1] if mirrored else image, -turn // 90)
    np.testing.assert_array_equal(orientation.upright(image), expected)
    assert orientation.rotation_deg == turn
    assert orientation.size((4, 2)) == expected.shape[1::-1]


@given(turn=st.sampled_from(TURNS), mirrored=st.booleans(), off=st.floats(-40, 40))
def test_slanted_matrices_are_the_nearest_quarter_turn_and_a_rest(turn, mirrored, off):
    assume(abs(abs(off) - LEAST_TILT_DEG) > 1e-6)
    exact = Orientation.from_matrix(matrix(turn, mirrored))
    found = Orientation.from_matrix(matrix(turn + off, mirrored))
    assert replace(found, tilt_deg=0.0) == exact
    assert found.tilt_deg == pytest.approx(off if abs(off) >= LEAST_TILT_DEG else 0, abs=1e-6)


@pytest.mark.parametrize("degrees", [12, -30, 80])
def test_a_slanted_frame_is_turned_clockwise_about_its_centre(degrees):
    image = np.zeros((101, 101, 3), np.uint8)
    image[48:53, 85:95] = 255  # right of the centre
    seen = Orientation.from_matrix(matrix(degrees)).upright(image)
    rows, columns = np.nonzero(seen[..., 0] > 100)
    angle = np.degrees(np.arctan2(rows.mean() - 50, columns.mean() - 50))
    assert seen.shape == image.shape
    assert angle == pytest.approx(degrees, abs=1)  # rows go down, so this is clockwise


def test_nothing_is_copied():
    image = np.zeros((2, 4, 3), np.uint8)
    for turn in TURNS:
        assert np.shares_memory(Orientation.from_matrix(matrix(turn)).upright(image), image)


def test_without_a_matrix_a_frame_is_upright():
    assert Orientation() == Orientation.from_matrix(np.eye(3))
