"""Updates that are orthogonal, and those of PyTorch's own Muon up to its rounding."""

import pytest
import torch

from framework.plugins.lifter.temporal.training.muon import Muon, orthogonalised


@pytest.mark.parametrize("shape", [(24, 40), (40, 24), (16, 16)])
def test_all_singular_values_come_near_one(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    singular = torch.linalg.svdvals(orthogonalised(matrix))
    assert 0.6 < float(singular.min()) and float(singular.max()) < 1.3


@pytest.mark.parametrize("shape", [(64, 96), (96, 64)])
def test_five_steps_are_those_of_pytorch_up_to_its_rounding_to_bfloat16(shape):
    random = torch.Generator().manual_seed(1)
    ours = torch.nn.Parameter(torch.randn(shape, generator=random))
    theirs = torch.nn.Parameter(ours.detach().clone())
    start = ours.detach().clone()
    settings = {"lr": 1e-2, "weight_decay": 0.01}
    optimizers = (
        Muon([ours], **settings),
        torch.optim.Muon([theirs], adjust_lr_fn="match_rms_adamw", **settings),
    )
    for _ in range(5):
        gradient = torch.randn(shape, generator=random)
        ours.grad, theirs.grad = gradient.clone(), gradient.clone()
        for optimizer in optimizers:
            optimizer.step()
    moved, difference = (ours.detach() - start).norm(), (ours - theirs).detach().norm()
    assert float(difference / moved) < 0.03


def test_updates_are_not_rounded_to_bfloat16():
    matrix = torch.randn((24, 40), generator=torch.Generator().manual_seed(2))
    update = orthogonalised(matrix)
    assert not torch.equal(update, update.bfloat16().float())


def test_a_matrix_without_gradient_stays():
    matrix = torch.nn.Parameter(torch.ones(3, 4))
    Muon([matrix], lr=1.0, weight_decay=0.5).step()
    assert torch.equal(matrix.detach(), torch.ones(3, 4))
