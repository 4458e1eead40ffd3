"""The training target: poses relative to the line of sight."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from framework.plugins.lifter.temporal.training.target import along_ray


def people(seed=0):
    points = torch.randn(2, 5, 17, 3, generator=torch.Generator().manual_seed(seed))
    return points + torch.tensor([0.0, 0.0, 6.0])


@settings(deadline=None, max_examples=30)
@given(x=st.floats(-60, 60), y=st.floats(-60, 60), seed=st.integers(0, 100))
def test_a_rotation_of_the_camera_leaves_a_rotation_about_the_line_of_sight(x, y, seed):
    points = people(seed).double()
    turn = torch.from_numpy(Rotation.from_euler("xy", [x, y], degrees=True).as_matrix())
    one, other = along_ray(points), along_ray(points @ turn.mT)
    torch.testing.assert_close(one[..., 2], other[..., 2], atol=1e-6, rtol=0)
    torch.testing.assert_close(one.norm(dim=-1), other.norm(dim=-1), atol=1e-6, rtol=0)


def test_z_is_the_line_of_sight():
    points = people()
    pelvis = points[:, :, 0]
    further = points.clone()
    further[:, :, 1] = 1.25 * pelvis
    moved = along_ray(further)[:, :, 1]
    expected = torch.stack([0 * pelvis[..., 0], 0 * pelvis[..., 0], 0.25 * pelvis.norm(dim=-1)], -1)
    torch.testing.assert_close(moved, expected, atol=1e-5, rtol=0)


def test_straight_ahead_only_the_origin_moves():
    points = people()
    points[:, :, 0, :2] = 0
    torch.testing.assert_close(along_ray(points), points - points[:, :, :1])


def test_left_stays_left():
    points = people().numpy()
    rotated = along_ray(torch.from_numpy(points)).numpy()
    one, other = (np.linalg.det(part[:, :, 1:4] - part[:, :, :1]) for part in (points, rotated))
    np.testing.assert_allclose(one, other, atol=1e-3)
    assert one == pytest.approx(other, abs=1e-3)
