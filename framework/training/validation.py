"""How far a network is: joint errors on people that it does not train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from framework.geometry.metrics import joint_errors, procrustes_errors
from framework.training.bodies import BodyChanges
from framework.training.noise import Noise
from framework.training.recipe import Batch, Recipe, chance, make_batch
from framework.training.windows import Library

_WINDOWS = 128
# P-MPJPE of neighbouring frames is nearly the same; it is taken of one frame in nine.
_EVERY = 9

PERFECT = Noise(
    jitter=[1e-6, 1e-6],
    strength=0.0,
    hidden=0.0,
    missing=0.0,
    flicker=0.0,
    outliers=0.0,
    swapped=0.0,
    gaps=0.0,
    sparse=0.0,
    blind=1.0,
)
"""The true projection, every joint with the same score."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Means over joints but the root, in millimetres.

    Attributes:
        mpjpe, p_mpjpe: from keypoints as a detector gives them.
        mpjpe_clean, p_mpjpe_clean: from the true projection.
    """

    mpjpe: float
    p_mpjpe: float
    mpjpe_clean: float
    p_mpjpe_clean: float


class Validation:
    """The same windows of recorded, unchanged motion under the same cameras, every time.

    Args:
        library: motion of people kept back.
        recipe: of training; its cameras and noise are used, its changes of bodies are not.
        batches: of 128 windows.
    """

    def __init__(self, library: Library, recipe: Recipe, batches: int = 4) -> None:
        plain = BodyChanges(lengths=0.0, turned=0.0, tilted=0.0)
        noisy = replace(recipe, windows=_WINDOWS, speed_spread=0.0, bodies=plain)
        clean = replace(noisy, noise=PERFECT)
        self._noisy = [make_batch(library, noisy, chance(1 << 20, n)) for n in range(batches)]
        self._clean = [make_batch(library, clean, chance(1 << 20, n)) for n in range(batches)]

    def measure(self, network: nn.Module) -> Errors:
        """Lift all windows with a network."""
        return Errors(*_mean_errors(network, self._noisy), *_mean_errors(network, self._clean))


@torch.inference_mode()
def _mean_errors(network: nn.Module, batches: Sequence[Batch]) -> tuple[float, float]:
    """MPJPE and P-MPJPE."""
    device = next(network.parameters()).device
    plain, aligned = [], []
    for keypoints, scores, truth in batches:
        with torch.autocast(device.type, torch.bfloat16):
            lifted, _ = network(keypoints.to(device), scores.to(device))
        joints, wanted = lifted.cpu().numpy()[:, :, 1:], truth.numpy()[:, :, 1:]
        plain.append(joint_errors(joints, wanted).mean())
        aligned.append(procrustes_errors(joints[:, ::_EVERY], wanted[:, ::_EVERY]).mean())
    return sum(plain) / len(plain), sum(aligned) / len(aligned)
