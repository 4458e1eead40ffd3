"""Rotations from directions, and sequences that never jump; scipy's Rotation is the reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from framework.geometry.rotations import (
    about,
    angle_between,
    euler_angles,
    from_axes,
    matrices,
    quaternions,
    shortest_arc,
    slerp,
    smoothed_angles,
)

seeds = st.integers(0, 10_000)
ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def directions(seed: int, *shape: int) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(*shape, 3))
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def degrees(rotations: np.ndarray) -> np.ndarray:
    flat = Rotation.from_matrix(rotations.reshape(-1, 3, 3)).magnitude()
    return np.degrees(flat).reshape(rotations.shape[:-2])


def turning(seed: int, rows: int = 50, joints: int = 3) -> np.ndarray:
    """(T, J, 3, 3) smooth motion with many turns."""
    random = np.random.default_rng(seed)
    speed = random.normal(size=(joints, 3)) * 0.3
    start = Rotation.random(joints, random_state=seed).as_matrix()
    steps = [Rotation.from_rotvec(speed * row).as_matrix() @ start for row in range(rows)]
    return np.stack(steps)


@given(seeds, st.sampled_from(["xy", "yx", "yz", "zy", "zx", "xz"]))
def test_two_axes_make_a_rotation_that_keeps_the_first(seed, names):
    first, second = directions(seed, 4), directions(seed + 1, 4)
    found = from_axes(first, second, names)
    np.testing.assert_allclose(np.linalg.det(found), 1, atol=1e-9)
    one, two = ("xyz".index(name) for name in names)
    np.testing.assert_allclose(found[..., one], first, atol=1e-9)
    assert ((found[..., two] * second).sum(axis=-1) >= 0).all()


def test_parallel_axes_still_make_a_rotation():
    up = np.array([[0.0, 1, 0]])
    np.testing.assert_allclose(np.linalg.det(from_axes(up, 2 * up, "yx")), 1)


@given(seeds)
def test_the_shortest_arc_arrives_and_turns_no_more_than_it_must(seed):
    start, end = directions(seed, 5), directions(seed + 1, 5)
    turn = shortest_arc(start, end)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", turn, start), end, atol=1e-7)
    angle = np.degrees(np.arccos(np.clip((start * end).sum(axis=-1), -1, 1)))
    np.testing.assert_allclose(degrees(turn), angle, atol=1e-4)


@pytest.mark.parametrize("axis", np.eye(3))
def test_opposite_directions_are_half_a_turn_apart(axis):
    turn = shortest_arc(axis, -axis)
    np.testing.assert_allclose(turn @ axis, -axis, atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)


@given(seeds, st.floats(-3, 3))
def test_a_turn_about_an_axis_is_measured_back(seed, angle):
    axis = directions(seed, 1)
    across = np.cross(axis, directions(seed + 1, 1))
    turned = np.einsum("nij,nj->ni", about(axis, np.array([angle])), across)
    assert angle_between(across, turned, axis)[0] == pytest.approx(angle, abs=1e-6)


@given(seeds, st.sampled_from(ORDERS))
def test_euler_angles_give_the_rotation_back_and_never_jump(seed, order):
    motion = turning(seed)
    angles = euler_angles(motion, order)
    back = Rotation.from_euler(order, angles.reshape(-1, 3)).as_matrix()
    np.testing.assert_allclose(back.reshape(motion.shape), motion, atol=1e-6)
    # Of all solutions, the one nearest to the frame before.
    assert np.abs(np.diff(angles, axis=0)).max() <= np.pi + 1e-9


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("middle", [np.pi / 2, -np.pi / 2])
def test_in_gimbal_lock_the_last_angle_stays(order, middle):
    free = np.array([[0.3, middle - np.sign(middle) * 0.2, 0.5], [0.3, middle, 0.5]])
    motion = Rotation.from_euler(order, free).as_matrix()[:, None]
    np.testing.assert_allclose(euler_angles(motion, order)[:, 0], free, atol=1e-6)


@given(seeds)
def test_neighbouring_quaternions_lie_in_one_hemisphere(seed):
    motion = turning(seed)
    found = quaternions(motion)
    assert ((found[1:] * found[:-1]).sum(axis=-1) >= 0).all()
    np.testing.assert_allclose(matrices(found), motion, atol=1e-9)


@given(seeds, st.floats(0, 1))
def test_slerp_is_that_of_scipy(seed, share):
    from scipy.spatial.transform import Slerp

    ends = Rotation.random(2, random_state=seed)
    expected = Slerp([0, 1], ends)([share]).as_matrix()
    first, second = ends.as_quat()
    found = matrices(slerp(first[None], -second[None], np.array([share])))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_angles_pass_evenly_over_a_stretch_without_weight():
    time_s = np.arange(60) / 30
    angles = np.where(np.arange(60) < 30, 3.0, -3.0)  # the short way leads through half a turn
    weights = ((np.arange(60) < 20) | (np.arange(60) >= 40)).astype(float)
    angles[20:40] = np.random.default_rng(0).uniform(-3, 3, 20)
    found = np.unwrap(smoothed_angles(angles, weights, time_s, 0.02))
    np.testing.assert_allclose(found[[0, -1]], [3.0, 2 * np.pi - 3], atol=0.02)
    assert (np.diff(found[15:45]) > 0).all() and np.diff(found).max() < 0.05


def test_without_any_weight_angles_are_zero_and_the_rate_does_not_matter():
    assert not smoothed_angles(np.ones(5), np.zeros(5), np.arange(5.0), 0.05).any()
    assert smoothed_angles(np.ones(1), np.ones(1), np.zeros(1), 0.05)[0] == 1

    def smoothed(fps: int) -> np.ndarray:
        time_s = np.arange(2 * fps + 1) / fps
        return smoothed_angles(np.sin(6 * time_s), np.ones(len(time_s)), time_s, 0.05)[:: fps // 30]

    np.testing.assert_allclose(smoothed(120)[2:-2], smoothed(30)[2:-2], atol=0.02)
