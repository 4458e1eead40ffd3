"""The virtual camera of the 3D panel."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.renderer.video.config import Floor
from framework.plugins.renderer.video.viewer import Viewer
from framework.plugins.renderer.video.world import WorldPoses
from framework.skeletons import H36M17

LEFT, RIGHT = H36M17.index("left_wrist"), H36M17.index("right_wrist")


def world_of(result) -> WorldPoses:
    return WorldPoses.of(result.poses, result.tracks, floor=Floor.auto, tilt_deg=0.0)


def empty(radius_m=1.0, height_m=2.0) -> WorldPoses:
    joints = np.zeros((0, 0, 0, 3), np.float32)
    return WorldPoses(joints=joints, radius_m=radius_m, height_m=height_m)


def test_the_camera_s_side_shows_a_facing_person_s_left_hand_at_the_right(make_scene):
    world = world_of(make_scene())
    viewer = Viewer.facing(world, (480, 480), 10)

    def hands(azimuth_deg: float) -> tuple[float, float]:
        pixels, _ = viewer.project(viewer.turn(world.joints, azimuth_deg))
        return float(pixels[..., LEFT, 0].mean()), float(pixels[..., RIGHT, 0].mean())

    left, right = hands(0)
    assert left > right + 20
    left, right = hands(180)
    assert left < right - 20


def test_from_the_right_far_things_are_at_the_right():
    viewer = Viewer.facing(empty(), (480, 480), 0)
    near, far = np.array([[0, -1, 1], [0, 1, 1]], np.float32)
    pixels, scale = viewer.project(viewer.turn(np.stack([near, far]), 90))
    assert pixels[1, 0] > 240 > pixels[0, 0]
    _, scale = viewer.project(viewer.turn(np.stack([near, far]), 0))
    assert scale[0] > scale[1]  # what is near is larger


@pytest.mark.parametrize("roots", [False, True])
def test_all_people_are_inside_the_panel_from_every_side(make_scene, roots):
    world = world_of(make_scene(people=2, roots=roots))
    for azimuth, elevation in itertools.product(range(0, 360, 30), (0, 12, 45, 90)):
        viewer = Viewer.facing(world, (480, 480), elevation)
        pixels, _ = viewer.project(viewer.turn(world.joints, azimuth))
        assert 0 < pixels.min() and pixels.max() < 480


@settings(deadline=None, max_examples=40)
@given(azimuth=st.floats(-720, 720), elevation=st.floats(-10, 90))
def test_the_point_looked_at_is_in_the_middle_of_the_panel(azimuth, elevation):
    viewer = Viewer.facing(empty(), (300, 200), elevation)
    aim = np.array([0, 0, viewer.aim_m], np.float32)
    pixels, scale = viewer.project(viewer.turn(aim, azimuth))
    np.testing.assert_allclose(pixels, [150, 100], atol=1e-3)
    assert scale == pytest.approx(viewer.focal_px / viewer.distance_m, rel=1e-5)


@settings(deadline=None, max_examples=40)
@given(
    azimuth=st.floats(-180, 180),
    elevation=st.floats(-10, 90),
    radius=st.floats(0.1, 20),
    height=st.floats(0.5, 5),
)
def test_a_cylinder_of_the_scene_s_size_fits_into_the_panel(azimuth, elevation, radius, height):
    viewer = Viewer.facing(empty(radius, height), (480, 480), elevation)
    angle = np.linspace(0, 2 * np.pi, 60)
    rim = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle], -1)
    ends = np.concatenate([rim, rim + np.array([0, 0, height])]).astype(np.float32)
    pixels, _ = viewer.project(viewer.turn(ends, azimuth))
    assert -10 < pixels.min() and pixels.max() < 490
