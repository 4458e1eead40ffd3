"""Muon, the optimiser of weight matrices, computed in float32.

`torch.optim.Muon` (PyTorch 2.13) orthogonalises in bfloat16 whatever the dtype of the parameters.
On a CPU without instructions for it that took 19 of the 20 seconds of a training step; in float32
the same work takes half a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration, chosen by Jordan et al. for a steep slope at 0.

Small singular values grow quickly, and all end between 0.7 and 1.2, which is near enough to 1.
"""
_ITERATIONS = 5
_MOMENTUM = 0.95
_RMS = 0.2
"""Root mean square of an update at a learning rate of 1, the usual one of AdamW's.

(Liu et al., "Muon is scalable for LLM training", 2025.) So rates of the same size fit both.
"""


class Muon(torch.optim.Optimizer):
    """Momentum, then the nearest orthogonal matrix as the update.

    Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.

    Args:
        matrices: parameters with two axes.
        lr: learning rate.
        weight_decay: decoupled, as in AdamW.
    """

    def __init__(self, matrices: Iterable[nn.Parameter], *, lr: float, weight_decay: float) -> None:
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Update all matrices that have a gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is not None:
                    self._update(matrix, matrix.grad, group["lr"], group["weight_decay"])

    def _update(self, matrix: nn.Parameter, gradient: Tensor, lr: float, decay: float) -> None:
        mean = self.state[matrix].setdefault("momentum_buffer", torch.zeros_like(gradient))
        mean.lerp_(gradient, 1 - _MOMENTUM)
        # Nesterov's form: the momentum as it will be after the next, equal gradient.
        update = orthogonalised(gradient.lerp(mean, _MOMENTUM))
        matrix.mul_(1 - lr * decay)
        matrix.add_(update, alpha=-lr * _RMS * math.sqrt(max(matrix.shape)))


def orthogonalised(matrix: Tensor) -> Tensor:
    """Bring all singular values of a matrix (M, N) near 1 by a Newton-Schulz iteration."""
    a, b, c = _COEFFICIENTS
    # The smaller Gram matrix of the two.
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    # The iteration converges for singular values up to 1, which the Frobenius norm bounds.
    wide = wide / wide.norm().clamp(min=1e-7)
    for _ in range(_ITERATIONS):
        gram = wide @ wide.T
        wide = torch.addmm(wide, torch.addmm(gram, gram, gram, beta=b, alpha=c), wide, beta=a)
    return wide.T if matrix.shape[0] > matrix.shape[1] else wide
