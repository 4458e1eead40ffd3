"""The root path from lifted joints and rays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.refiner._fit.observations import Observations
from framework.plugins.refiner._fit.placement import place_root

ROWS, JOINTS = 40, 12


def observations(path, *, noise_m=0.0, seed=0, body=None):
    """Exact rays through a rigid body that follows a path."""
    rng = np.random.default_rng(seed)
    body = rng.uniform(-0.8, 0.8, (JOINTS, 3)) if body is None else body
    joints = np.tile(body, (len(path), 1, 1))
    points = joints + path[:, None]
    points = points + rng.normal(0, noise_m, points.shape)
    return Observations(
        time_s=np.arange(len(path)) / 30,
        joints=joints,
        joint_sigmas=np.full(joints.shape[:2], 0.03),
        rays=points[..., :2] / points[..., 2:],
        ray_sigmas=np.full(joints.shape[:2], 0.03),
        visible=np.ones(joints.shape[:2], bool),
        row_weight=0.1,
    )


def straight(start, end):
    return np.linspace(start, end, ROWS)


@settings(deadline=None, max_examples=25)
@given(x=st.floats(-2, 2), y=st.floats(-1, 1), depth=st.floats(2, 12), seed=st.integers(0, 99))
def test_exact_rays_give_the_exact_path(x, y, depth, seed):
    path = straight((x, y, depth), (-x, y, depth + 1))
    np.testing.assert_allclose(place_root(observations(path, seed=seed)), path, atol=2e-3)


def test_rows_without_visible_joints_follow_from_their_neighbours():
    path = straight((-1, 0, 4), (1, 0, 5))
    observed = observations(path)
    observed.visible[15:25] = False
    np.testing.assert_allclose(place_root(observed), path, atol=0.02)


def test_an_outlier_has_hardly_any_weight():
    path = straight((0, 0, 4), (0, 0, 4))
    observed = observations(path)
    clean = place_root(observed)
    observed.rays[:, 3] += 0.2  # 80 cm at 4 m
    assert np.abs(place_root(observed) - clean).max() < 0.05


def test_depth_is_smoothed_more_than_direction():
    path = straight((0, 0, 5), (0, 0, 5))
    found = place_root(observations(path, noise_m=0.03))
    acceleration = np.abs(np.diff(found, 2, axis=0)).mean(axis=0)
    free = observations(path, noise_m=0.03)
    rows = [place_root(free.take(slice(row, row + 1)))[0] for row in range(ROWS)]
    alone = np.abs(np.diff(rows, 2, axis=0)).mean(axis=0)
    assert acceleration[2] / alone[2] < 0.5 * acceleration[0] / alone[0]


def test_noise_of_keypoints_does_not_bring_people_nearer():
    """Attenuation by errors in variables would show as a depth that is too small."""
    path = straight((0.5, 0, 5), (0.5, 0, 5))
    depths = [
        place_root(observations(path, noise_m=0.06, seed=seed))[:, 2].mean() for seed in range(8)
    ]
    assert np.mean(depths) == pytest.approx(5, rel=0.03)
