"""The pinhole camera: frames, signs and inverses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.geometry.camera import (
    camera_from_world,
    intrinsics,
    look_at,
    project,
    unproject,
    view,
    world_from_camera,
)

SIZE = (640, 360)
K = intrinsics(SIZE, np.radians(40))
metres = st.floats(-5, 5)
points = st.tuples(metres, metres, metres)


def test_the_target_lies_in_the_middle_of_the_image() -> None:
    rotation, translation = look_at((1, -4, 1.5), (0.2, 0.3, 0.9))
    seen = camera_from_world((0.2, 0.3, 0.9), rotation, translation)
    assert seen[2] == pytest.approx(np.linalg.norm([0.8, 4.3, 0.6]))
    assert project(seen, K) == pytest.approx([320, 180])


def test_up_in_the_world_is_up_in_the_image_and_right_is_right() -> None:
    rotation, translation = look_at((0, -4, 1), (0, 0, 1))
    corners = camera_from_world([(0, 0, 1.5), (0.5, 0, 1)], rotation, translation)
    above, right = project(corners, K)
    assert above[0] == pytest.approx(320) and above[1] < 180
    assert right[1] == pytest.approx(180) and right[0] > 320


def test_the_field_of_view_reaches_from_edge_to_edge() -> None:
    half = np.tan(np.radians(20))
    assert project((0, -half, 1), K)[1] == pytest.approx(0)
    assert project((0, half * 7, 7), K)[1] == pytest.approx(360)


def test_a_point_that_is_not_in_front_has_no_pixel() -> None:
    assert np.isnan(project([(0, 0, -1), (0.1, 0.1, 0)], K)).all()


def test_nothing_can_be_looked_at_from_itself_or_along_the_upright() -> None:
    with pytest.raises(ValueError, match="cannot look at"):
        look_at((1, 1, 1), (1, 1, 1))
    with pytest.raises(ValueError, match="upwards"):
        look_at((0, 0, 3), (0, 0, 0))


@given(eye=points, target=points, point=points)
@settings(deadline=None, max_examples=60)
def test_world_and_camera_are_inverse_and_rigid(eye, target, point) -> None:
    if np.linalg.norm(np.cross(np.subtract(target, eye), (0, 0, 1))) < 1e-3:
        return
    rotation, translation = look_at(eye, target)
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)
    seen = camera_from_world(point, rotation, translation)
    assert world_from_camera(seen, rotation, translation) == pytest.approx(point, abs=1e-9)


@given(u=st.floats(-100, 800), v=st.floats(-100, 500), depth=st.floats(0.1, 30))
@settings(deadline=None, max_examples=60)
def test_a_pixel_and_its_depth_are_a_point(u, v, depth) -> None:
    point = unproject((u, v), depth, K)
    assert point[2] == pytest.approx(depth)
    assert project(point, K) == pytest.approx([u, v], abs=1e-6)


def test_every_frame_may_have_its_own_camera() -> None:
    cameras = [look_at((x, -4, 1), (0, 0, 1)) for x in (0.0, 1.0)]
    rotation, translation = (np.array(part)[:, None] for part in zip(*cameras, strict=True))
    joints = np.random.default_rng(0).normal(size=(3, 2, 5, 3))
    seen = camera_from_world(joints, rotation, translation)
    for frame, (turn, shift) in enumerate(cameras):
        assert seen[1, frame, 4] == pytest.approx(turn @ joints[1, frame, 4] + shift)


@pytest.mark.parametrize("size_wh", [(640, 360), (360, 640)])
def test_a_focal_length_counts_in_longer_sides(size_wh) -> None:
    width, height = size_wh
    expected = [[608, 0, width / 2], [0, 608, height / 2], [0, 0, 1]]
    np.testing.assert_allclose(view(size_wh, 0.95), expected)


def test_intrinsics_are_the_pinhole_matrix() -> None:
    focal_px = 180 / np.tan(np.radians(20))
    np.testing.assert_allclose(K, [[focal_px, 0, 320], [0, focal_px, 180], [0, 0, 1]])


def test_the_vertical_of_the_world_is_z_unless_told_otherwise() -> None:
    rotation, _ = look_at((0, -4, 1), (1, 0, 2))
    level, upwards = rotation[0], -rotation[1]
    assert level[2] == pytest.approx(0)
    assert upwards[2] > 0.9
