"""The loss is that of the paper, computed term by term."""

import numpy as np
import pytest
import torch

from framework.plugins.interpolator.super_slomo.synthesis import (
    estimate_flow,
    synthesize,
    warp,
)
from framework.plugins.interpolator.super_slomo.training.losses import training_loss


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(2)
    return [torch.from_numpy(part).float() for part in rng.uniform(-0.4, 0.6, (3, 2, 3, 32, 64))]


def distance(one, other):
    return float(np.abs(one.numpy() - other.numpy()).mean())


def roughness(flow):
    across, down = np.diff(flow.numpy(), axis=3), np.diff(flow.numpy(), axis=2)
    return float(np.abs(across).mean() + np.abs(down).mean())


def test_it_is_the_weighted_sum_of_reconstruction_warping_and_smoothness(networks, frames):
    first, middle, last = frames
    times = torch.tensor([0.25, 0.625])
    with torch.inference_mode():
        loss, error = training_loss(networks, first, middle, last, times)
        flow = estimate_flow(networks, first, last)
        f01, f10 = flow[:, :2], flow[:, 2:]
        synthesis = synthesize(networks, first, last, flow, times)
        warping = distance(synthesis.from_0, middle) + distance(synthesis.from_1, middle)
        warping += distance(warp(last, f01), first) + distance(warp(first, f10), last)
    assert float(error) == pytest.approx(distance(synthesis.frame, middle), rel=1e-5)
    wanted = 204 * float(error) + 102 * warping + roughness(f01) + roughness(f10)
    assert float(loss) == pytest.approx(wanted, rel=1e-5)


def test_the_error_that_is_reported_has_no_gradient(networks, frames):
    loss, error = training_loss(networks, *frames, torch.tensor([0.5, 0.5]))
    assert loss.requires_grad
    assert not error.requires_grad
