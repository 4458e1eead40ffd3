"""Validation: joint errors on held-out people."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from framework.devices import autocast
from framework.geometry.metrics import MM_PER_M, joint_errors, procrustes_errors
from framework.lab.motion.bodies import BodyChanges
from framework.lab.motion.body import Floats
from framework.lab.motion.noise import PERFECT
from framework.lab.motion.windows import Library, random_generator
from framework.lab.simulation.pairs import Pairs

from .recipe import Batch, Recipe, make_batch
from .target import along_ray

_WINDOWS = 128
_EVERY = 9
"""P-MPJPE is computed on every ninth frame: that of neighbouring frames is nearly the same."""
_RADIUS_90 = 2.5003
"""90 % quantile of the chi distribution with three degrees of freedom.

So many standard deviations from the mean lie 90 % of an isotropic normal distribution in 3D.
"""


@dataclass(frozen=True, slots=True)
class ValidationErrors:
    """Mean errors over the joints without the root, in millimetres.

    Attributes:
        mpjpe, p_mpjpe: with synthetic detector errors.
        mpjpe_clean, p_mpjpe_clean: with the true projection.
        mpjpe_real, p_mpjpe_real: with detections of a real detector in a simulation; NaN without.
        spread_scale: factor that makes the network's uncertainty a standard deviation along each
            axis: with it, 90 % of the joints lie within the 90 % radius of a normal distribution.
    """

    mpjpe: float
    p_mpjpe: float
    mpjpe_clean: float
    p_mpjpe_clean: float
    mpjpe_real: float
    p_mpjpe_real: float
    spread_scale: float


class Validation:
    """Validation on the same windows of recorded, unchanged motion and the same cameras each time.

    Args:
        library: motion of held-out people.
        recipe: of training; its cameras and noise are used, its changes of bodies are not.
        pairs: detections of a simulation with held-out people, or None.
        batches: of 128 windows.
    """

    def __init__(
        self, library: Library, recipe: Recipe, pairs: Pairs | None = None, batches: int = 4
    ) -> None:
        # Recorded bodies and speeds, so that errors of runs with other recipes can be compared.
        plain = BodyChanges(lengths=0.0, turned=0.0, tilted=0.0)
        noisy = replace(recipe, windows=_WINDOWS, speed_spread=0.0, bodies=plain, simulated=0.0)
        clean = replace(noisy, noise=PERFECT)
        # A fixed seed instead of the run's, so that runs with other seeds can be compared.
        self._noisy = [
            make_batch(library, noisy, random_generator(1 << 20, n)) for n in range(batches)
        ]
        self._clean = [
            make_batch(library, clean, random_generator(1 << 20, n)) for n in range(batches)
        ]
        self._real = [_as_batch(pairs)] if pairs else []

    def measure(self, network: nn.Module) -> ValidationErrors:
        """Lift all windows with a network and compare with the truth."""
        noisy = [_lifted(network, batch) for batch in self._noisy]
        clean = [_lifted(network, batch) for batch in self._clean]
        real = [_lifted(network, batch) for batch in self._real]
        return ValidationErrors(
            *_means(noisy), *_means(clean), *_means(real), _spread_scale(noisy + real)
        )


_Lifted = tuple[Floats, Floats, Floats]


@torch.inference_mode()
def _lifted(network: nn.Module, batch: Batch) -> _Lifted:
    """Joints (B, T, 16, 3), uncertainty (B, T, 16) in metres and truth (B, T, 16, 3)."""
    device = next(network.parameters()).device
    keypoints, scores, detector_3d, truth = (part.to(device) for part in batch)
    with autocast(device.type):
        joints, spread = network(keypoints, scores, detector_3d)
    return _array(joints), _array(spread.exp()), _array(truth)


def _as_batch(pairs: Pairs) -> Batch:
    keypoints, scores, points, detector_3d = (
        torch.from_numpy(part) for part in (pairs.keypoints, pairs.scores, pairs.points, pairs.own)
    )
    return Batch(keypoints, scores, detector_3d, along_ray(points[:, :, :17]))


def _array(values: torch.Tensor) -> Floats:
    return np.asarray(values[:, :, 1:].cpu().numpy(), np.float32)


def _means(lifted: list[_Lifted]) -> tuple[float, float]:
    """MPJPE and P-MPJPE in millimetres; NaN without windows."""
    if not lifted:
        return math.nan, math.nan
    plain = [joint_errors(joints, truth).mean() for joints, _, truth in lifted]
    aligned = [
        procrustes_errors(joints[:, ::_EVERY], truth[:, ::_EVERY]).mean()
        for joints, _, truth in lifted
    ]
    return float(np.mean(plain)), float(np.mean(aligned))


def _spread_scale(lifted: list[_Lifted]) -> float:
    """See `ValidationErrors.spread_scale`.

    A quantile instead of a likelihood: that would follow the few largest errors.
    """
    ratios = [joint_errors(joints, truth) / MM_PER_M / spread for joints, spread, truth in lifted]
    return float(np.quantile(np.concatenate(ratios), 0.9) / _RADIUS_90)
