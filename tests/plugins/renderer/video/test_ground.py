"""The floor of the 3D panel and the shadows on it."""

import numpy as np
import pytest

from framework.plugins.renderer.video.ground import Ground
from framework.plugins.renderer.video.viewer import Viewer
from framework.plugins.renderer.video.world import WorldPoses

BONES = np.array([[0, 1]])


@pytest.fixture
def viewer():
    joints = np.zeros((0, 0, 0, 3), np.float32)
    return Viewer.facing(WorldPoses(joints=joints, radius_m=1, height_m=2), (240, 240), 20)


@pytest.fixture
def ground(viewer):
    return Ground(viewer, 1.0)


def darkened(ground, view) -> np.ndarray:
    """By how many grey levels each pixel gets darker."""
    panel = np.full((240, 240, 3), 200, np.uint8)
    ground.shade(panel, np.float32(view), BONES)
    return 200 - panel[..., 0].astype(int)


def test_the_same_azimuth_gives_the_same_array_and_another_turns_the_grid(ground):
    first = ground.ground(0.0)
    assert ground.ground(0.0) is first
    kept = first.copy()
    turned = ground.ground(30.0)
    assert not np.array_equal(turned, kept)
    # The grid repeats after a quarter of a turn.
    assert np.abs(ground.ground(90.0).astype(int) - kept).mean() < 0.2


def test_a_shadow_lies_under_a_person_who_lies_on_the_floor(ground, viewer):
    dark = darkened(ground, [[[-0.5, 0, 0.0], [0.5, 0, 0.0]]])
    rows, columns = np.nonzero(dark > 20)
    middle, _ = viewer.project(np.zeros(3, np.float32))
    assert abs(columns.mean() - middle[0]) < 3 and abs(rows.mean() - middle[1]) < 3


def test_the_shadow_of_a_raised_person_falls_to_the_right(ground):
    low, high = (
        np.nonzero(darkened(ground, [[[-0.2, 0, up], [0.2, 0, up]]]) > 20)[1].mean()
        for up in (0.0, 1.0)
    )
    assert high > low + 5


def test_missing_people_cast_no_shadow(ground):
    assert not darkened(ground, [[[np.nan] * 3] * 2]).any()
    assert not darkened(ground, np.zeros((0, 2, 3))).any()
