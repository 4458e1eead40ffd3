"""The loss of the lifter."""

import numpy as np
import pytest
import torch

from framework.geometry.metrics import procrustes_errors
from framework.plugins.lifter.temporal.training.loss import loss_of, shape_distances


def _poses(seed: int) -> torch.Tensor:
    return torch.randn(2, 9, 17, 3, generator=torch.Generator().manual_seed(seed))


def test_the_shape_distance_is_p_mpjpe():
    joints, truth = _poses(0), _poses(1)
    expected = procrustes_errors(joints.double().numpy(), truth.double().numpy()) / 1000
    np.testing.assert_allclose(shape_distances(joints, truth).numpy(), expected, atol=1e-5)


def test_a_turned_and_shrunken_body_has_the_right_shape_and_its_mirror_image_has_not():
    truth = _poses(0)
    turned = 0.7 * truth[..., [1, 2, 0]] + 3
    assert shape_distances(turned, truth).max() < 1e-5
    assert shape_distances(truth * torch.tensor([-1.0, 1, 1]), truth).mean() > 0.1


def test_the_gradient_of_the_shape_distance_points_uphill():
    joints, truth = _poses(0).double().requires_grad_(), _poses(1).double()
    before = shape_distances(joints, truth).mean()
    (slope,) = torch.autograd.grad(before, joints)
    after = shape_distances(joints.detach() - 0.05 * slope / slope.norm(), truth).mean()
    assert after < before


def test_an_error_of_ten_centimetres_is_reported_as_such():
    truth = torch.randn(2, 9, 17, 3, generator=torch.Generator().manual_seed(0))
    joints = truth + torch.tensor([0.06, 0.0, 0.08])
    _, distance = loss_of(joints, torch.zeros(2, 9, 17), truth)
    assert distance.item() == pytest.approx(0.1, abs=1e-5)


def test_noise_over_time_costs_more_than_a_steady_error():
    truth = torch.zeros(1, 10, 17, 3)
    steady, noisy = torch.full_like(truth, 0.05), torch.full_like(truth, 0.05)
    noisy[:, ::2] *= -1
    losses = [loss_of(joints, torch.zeros(1, 10, 17), truth)[0] for joints in (steady, noisy)]
    assert losses[1] > 1.5 * losses[0]


def test_the_best_spread_is_the_mean_error_and_does_not_move_the_joints():
    truth = torch.zeros(1, 4, 17, 3)
    joints = torch.full_like(truth, 0.1).requires_grad_()
    error = float(torch.tensor([0.1, 0.1, 0.1]).norm())
    spread = torch.tensor([0.5 * error, error, 2 * error]).log()
    losses = [loss_of(joints, level.expand(1, 4, 17), truth)[0] for level in spread]
    assert losses[1] < min(losses[0], losses[2])
    one, other = (torch.autograd.grad(loss, joints)[0] for loss in losses[:2])
    torch.testing.assert_close(one, other)
