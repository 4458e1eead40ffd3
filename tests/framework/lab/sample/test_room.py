"""The empty room: geometry, light and patterns."""

import numpy as np
import pytest

from framework.lab.sample.room import HIGH, LOW, backdrop, linear
from framework.lab.sample.scene import Camera, Scene, View


def room_of(*view, size_wh=(64, 36)):
    scene = Scene(people=(), camera=Camera(views=(View(0.0, *view),)), size_wh=size_wh)
    rotation, translation = scene.camera.pose(0.0)
    return backdrop(
        size_wh, tuple(scene.matrix.flat), tuple(rotation.flat), tuple(translation.tolist())
    )


@pytest.fixture(scope="module")
def room():
    return room_of((0.0, -4.7, 1.45), (0.0, 0.0, 0.93))


def test_every_point_is_on_a_wall_the_floor_or_the_ceiling(room):
    points = room.points.reshape(-1, 3)
    assert (points > LOW - 1e-3).all() and (points < HIGH + 1e-3).all()
    on_face = np.minimum(np.abs(points - LOW), np.abs(points - HIGH)).min(axis=1)
    assert on_face.max() < 1e-3


def test_the_floor_is_below_and_the_back_wall_above(room):
    assert room.points[-1, 32, 2] == pytest.approx(0, abs=1e-3)
    assert room.points[4, 32, 1] == pytest.approx(HIGH[1], abs=1e-3)


def test_light_is_not_negative_and_finite(room):
    for light in (room.ambient, room.key):
        assert light.shape == (36, 64, 3)
        assert np.isfinite(light).all() and (light >= 0).all()


def test_corners_are_darker_than_the_middle_of_a_wall():
    room = room_of((1.3, -3.0, 1.5), (1.3, 3.3, 1.5), size_wh=(128, 72))
    on_wall = np.abs(room.points[..., 1] - HIGH[1]) < 1e-3
    near = on_wall & (np.abs(room.points[..., 2] - HIGH[2]) < 0.15)
    far = on_wall & (np.abs(room.points[..., 2] - 2.2) < 0.15) & (room.points[..., 0] > 0)
    if not near.any():
        room = room_of((1.3, -3.0, 1.5), (1.3, 3.3, 2.8), size_wh=(128, 72))
        on_wall = np.abs(room.points[..., 1] - HIGH[1]) < 1e-3
        near = on_wall & (np.abs(room.points[..., 2] - HIGH[2]) < 0.15)
        far = on_wall & (np.abs(room.points[..., 2] - 2.2) < 0.15) & (room.points[..., 0] > 0)
    assert near.any() and far.any()
    assert room.ambient[near].mean() < 0.9 * room.ambient[far].mean()


def test_a_camera_that_stands_still_renders_the_room_once(room):
    assert room_of((0.0, -4.7, 1.45), (0.0, 0.0, 0.93)) is room_of(
        (0.0, -4.7, 1.45), (0.0, 0.0, 0.93)
    )


def test_srgb_becomes_linear_light():
    np.testing.assert_allclose(linear(np.array([0.0, 0.5, 1.0])), [0, 0.5**2.2, 1])
