"""Rotated crops, and the map of their points to the frame."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.detector._blazepose.squares import (
    crop,
    frame_from_crop,
    rotation,
    square_from_axis,
    to_frame,
)

squares = st.tuples(
    st.floats(-50, 700), st.floats(-50, 700), st.floats(40, 900), st.floats(-np.pi, np.pi)
).map(np.array)


@given(squares, st.integers(16, 256))
@settings(deadline=None, max_examples=50)
def test_the_middle_and_the_upper_middle_of_a_crop_are_the_axis_of_its_square(square, size):
    middle, top = to_frame(np.array([[size / 2, size / 2], [size / 2, 0]]), square, size)
    np.testing.assert_allclose(middle, square[:2], atol=1e-9)
    again = square_from_axis(middle, top, 2.0)
    np.testing.assert_allclose(again[:3], square[:3], atol=1e-9)
    np.testing.assert_allclose(rotation(again[3]), rotation(square[3]), atol=1e-9)


@given(squares)
@settings(deadline=None, max_examples=50)
def test_the_map_to_the_frame_is_inverted_by_its_inverse(square):
    points = np.array([[0.0, 0.0], [256.0, 10.0], [3.0, 200.0]])
    affine = frame_from_crop(square, 256)
    back = np.linalg.solve(affine[:, :2], (to_frame(points, square, 256) - affine[:, 2]).T).T
    np.testing.assert_allclose(back, points, atol=1e-6)


@pytest.mark.parametrize("angle_deg", [0, 30, 90, 180, -75])
def test_points_of_a_crop_map_to_what_it_shows(angle_deg):
    rng = np.random.default_rng(0)
    image = np.zeros((300, 400, 3), np.uint8)
    square = np.array([210.0, 140.0, 180.0, np.deg2rad(angle_deg)])
    spot = np.array([210.0, 140.0]) + rng.uniform(-40, 40, 2)
    # A blurred dot whose centre of mass is known to a fraction of a pixel; pixel centres at .5.
    y, x = np.mgrid[:300, :400] + 0.5
    image[:] = (255 * np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / 50))[..., None]
    cut = crop(image, square, 128)[..., 0].astype(float)
    v, u = np.mgrid[:128, :128] + 0.5
    seen = np.array([(u * cut).sum(), (v * cut).sum()]) / cut.sum()
    np.testing.assert_allclose(to_frame(seen, square, 128), spot, atol=0.1)


def test_a_whole_upright_crop_is_the_image_itself_and_what_lies_outside_is_black():
    image = np.random.default_rng(1).integers(1, 255, (64, 64, 3), np.uint8)
    np.testing.assert_array_equal(crop(image, np.array([32.0, 32, 64, 0]), 64), image)
    shifted = crop(image, np.array([0.0, 32, 64, 0]), 64)
    np.testing.assert_array_equal(shifted[:, 32:], image[:, :32])
    assert not shifted[:, :31].any()


def test_an_upright_person_gives_an_upright_square():
    centre, top = np.array([100.0, 200.0]), np.array([100.0, 120.0])
    np.testing.assert_allclose(square_from_axis(centre, top, 2.5), [100, 200, 200, 0])
    lying = square_from_axis(centre, np.array([180.0, 200.0]), 2.5)
    assert np.rad2deg(lying[3]) == pytest.approx(90), "the head at the right is a clockwise turn"
    turned = cv2.getRotationMatrix2D((0, 0), -90, 1)[:, :2]
    np.testing.assert_allclose(rotation(lying[3]), turned, atol=1e-9)
