"""Frames in the upper left of a grey square, and boxes back in the frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.detector._images.letterbox import GREY, letterbox, people_of, side_of

sides = st.integers(1, 500)


@given(sides, sides)
@settings(deadline=None, max_examples=40)
def test_the_frame_fills_the_square_in_its_longer_side_and_grey_the_rest(width, height):
    image = np.full((height, width, 3), (10, 20, 30), np.uint8)
    square, scale = letterbox(image, 64)
    assert scale == 64 / max(width, height)
    inside = [max(1, round(side * scale)) for side in (height, width)]
    assert max(inside) == 64
    part = square[:, : inside[0], : inside[1]]
    assert (part == np.array([30, 20, 10])[:, None, None]).all(), "BGR"
    rest = np.ones((64, 64), bool)
    rest[: inside[0], : inside[1]] = False
    assert (square[:, rest] == GREY).all()


def test_the_side_is_that_of_the_graph_or_the_usual_one():
    assert side_of([1, 3, 416, 416], 640) == 416
    assert side_of(["N", 3, "height", "width"], 640) == 640
    assert side_of([1, 3, None, None], 640) == 640


DETS = np.array([[10, 20, 30, 60, 0.4], [0, 0, 8, 8, 0.2], [40, 0, 60, 20, 0.8]], np.float32)


def test_people_come_best_first_in_pixels_of_the_image():
    boxes = people_of(DETS, np.array([0, 0, 0]), 0.5, 0.3)
    np.testing.assert_allclose(boxes, [[80, 0, 120, 40, 0.8], [20, 40, 60, 120, 0.4]], rtol=1e-6)
    assert boxes.dtype == np.float64
    assert DETS[0, 0] == 10, "the network's array is not altered"


@pytest.mark.parametrize(("labels", "count"), [(None, 2), (np.array([7, 0, 0]), 1)])
def test_other_classes_are_no_people(labels, count):
    assert len(people_of(DETS, labels, 1.0, 0.3)) == count
