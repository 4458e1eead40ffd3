"""2D skeletons and boxes over source frames."""

from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.renderer.video.overlay import Overlay, people_per_row
from framework.plugins.renderer.video.text import TextPainter
from framework.types import State


def drawn(track, row=5, scale=(1.0, 1.0), people=1) -> np.ndarray:
    """A black frame with the overlay of a track."""
    image = np.zeros((480, 864, 3), np.uint8)
    Overlay(track, scale, 0, people, TextPainter(480)).draw(image, row)
    return image


def extent(image) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(image.any(-1))
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_a_missing_row_is_left_alone(make_scene):
    [track] = make_scene(missing=slice(5, 6)).tracks
    assert not drawn(track, row=5).any()
    assert drawn(track, row=6).any()


def test_it_covers_the_box_and_scales_with_the_panel(make_scene):
    [track] = make_scene().tracks
    np.testing.assert_allclose(extent(drawn(track)), track.boxes[5], atol=4)
    halved = extent(drawn(track, scale=(0.5, 0.5)))
    np.testing.assert_allclose(halved, track.boxes[5] / 2, atol=4)


def test_only_one_of_several_people_needs_a_label(make_scene):
    [track] = make_scene().tracks
    difference = (drawn(track, people=2) != drawn(track, people=2)).any()
    assert not difference
    above = int(track.boxes[5, 1]) - 8
    assert not drawn(track)[above - 4 : above].any()
    assert drawn(track, people=2)[above - 4 : above].any()


@pytest.mark.parametrize("value", [np.inf, 3e38, np.nan])
def test_coordinates_that_no_image_has_are_not_drawn(make_scene, value):
    [track] = make_scene().tracks
    keypoints = np.full_like(track.keypoints, np.float32(value))
    image = drawn(replace(track, keypoints=keypoints, boxes=np.full_like(track.boxes, value)))
    assert not image.any()


def test_people_are_counted_by_row(make_scene):
    result = make_scene(people=2, rows=4)
    first, second = result.tracks
    state = first.state.copy()
    state[2] = State.MISSING
    tracks = (replace(first, state=state), second)
    assert people_per_row(tracks, 4).tolist() == [2, 2, 1, 2]
    assert people_per_row((), 3).tolist() == [0, 0, 0]
