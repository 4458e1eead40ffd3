"""Loss and schedule."""

import pytest
import torch

from framework.training.loop import Schedule, loss_of


def test_the_rate_rises_stays_and_falls_to_zero():
    schedule = Schedule(steps=100, warmup=10, decay=20)
    assert schedule.factor(0) == pytest.approx(0.1)
    assert [schedule.factor(step) for step in (9, 50, 80)] == [1, 1, 1]
    assert schedule.factor(90) == pytest.approx(0.5)
    assert schedule.factor(100) == 0


def test_an_error_of_ten_centimetres_is_reported_as_such():
    truth = torch.randn(2, 9, 17, 3, generator=torch.Generator().manual_seed(0))
    joints = truth + torch.tensor([0.06, 0.0, 0.08])
    _, distance = loss_of(joints, torch.zeros(2, 9, 17), truth)
    assert distance.item() == pytest.approx(0.1, abs=1e-5)


def test_trembling_costs_more_than_a_steady_error():
    truth = torch.zeros(1, 10, 17, 3)
    steady, trembling = torch.full_like(truth, 0.05), torch.full_like(truth, 0.05)
    trembling[:, ::2] *= -1
    losses = [loss_of(joints, torch.zeros(1, 10, 17), truth)[0] for joints in (steady, trembling)]
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
