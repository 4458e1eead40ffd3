"""Cameras and people of scenes."""

from fractions import Fraction

import numpy as np
import pytest

from framework.geometry.camera import camera_from_world, project
from framework.lab.sample.scene import Camera, Scene, View, default_scene

ONE = View(1.0, (0.0, -4.0, 1.0), (0.0, 0.0, 1.0))
TWO = View(3.0, (4.0, 0.0, 2.0), (0.0, 0.0, 1.0))


def centre_of(camera, time_s):
    rotation, translation = camera.pose(time_s)
    return -rotation.T @ translation


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [(0, ONE.eye), (1, ONE.eye), (2, (2, -2, 1.5)), (3, TWO.eye), (9, TWO.eye)],
)
def test_a_camera_moves_from_view_to_view_and_stands_before_and_after(time_s, expected):
    np.testing.assert_allclose(centre_of(Camera(views=(ONE, TWO)), time_s), expected, atol=1e-9)


def test_the_target_is_in_the_middle_of_the_image():
    scene = Scene(people=(), camera=Camera(views=(ONE, TWO)), size_wh=(640, 360))
    for time_s in (0.0, 1.7, 3.0):
        point = camera_from_world(np.array([0.0, 0, 1.0]), *scene.camera.pose(time_s))
        np.testing.assert_allclose(project(point, scene.matrix), (320, 180), atol=1e-6)


def test_the_field_of_view_is_that_of_the_image_height():
    scene = Scene(people=(), camera=Camera(fov_y_deg=90), size_wh=(640, 360))
    assert scene.matrix[1, 1] == pytest.approx(180)


@pytest.mark.parametrize(
    ("seconds", "fps", "count"),
    [(10, Fraction(30), 300), (1, Fraction(30000, 1001), 30), (0.001, Fraction(30), 1)],
)
def test_times_start_at_zero_with_one_period_between(seconds, fps, count):
    times = Scene(people=(), seconds=seconds, fps=fps).times
    assert len(times) == count
    assert times[0] == 0
    np.testing.assert_allclose(np.diff(times), float(1 / fps))


def test_another_seed_changes_bodies_and_clothes_but_not_the_motion() -> None:
    usual, other, again = (default_scene(seed=seed, size_wh=(192, 108)) for seed in (0, 5, 5))
    assert other == again
    assert [p.motion for p in other.people] == [p.motion for p in usual.people]
    assert other.people[0].outfit != usual.people[0].outfit
    assert other.people[0].body != usual.people[0].body
