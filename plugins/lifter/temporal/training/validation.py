"""How far a network is: joint errors on people that it does not train on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from framework.geometry.metrics import MM_PER_M, joint_errors, procrustes_errors
from framework.lab.motion.bodies import BodyChanges
from framework.lab.motion.body import Floats
from framework.lab.motion.noise import PERFECT
from framework.lab.motion.windows import Library, chance
from framework.lab.simulation.pairs import Pairs

from .recipe import Batch, Recipe, make_batch
from .target import along_ray

_WINDOWS = 128
# P-MPJPE of neighbouring frames is nearly the same; it is taken of one frame in nine.
_EVERY = 9
# Of a normal distribution, equal along three axes, nine tenths lie within this many deviations.
_RADIUS_90 = 2.5003


@dataclass(frozen=True, slots=True)
class Errors:
    """Means over joints but the root, in millimetres.

    Attributes:
        mpjpe, p_mpjpe: from keypoints as a detector gives them.
        mpjpe_clean, p_mpjpe_clean: from the true projection.
        mpjpe_real, p_mpjpe_real: from what a real detector said in a rehearsal; NaN without one.
        spread_scale: what the network's spread must be multiplied by to be a standard deviation
            along each axis: one for which nine in ten joints, noisy or of the rehearsal, lie as
            near to the truth as a normal distribution says.
    """

    mpjpe: float
    p_mpjpe: float
    mpjpe_clean: float
    p_mpjpe_clean: float
    mpjpe_real: float
    p_mpjpe_real: float
    spread_scale: float


class Validation:
    """The same windows of recorded, unchanged motion under the same cameras, every time.

    Args:
        library: motion of people kept back.
        recipe: of training; its cameras and noise are used, its changes of bodies are not.
        pairs: what a detector said of people kept back, or None.
        batches: of 128 windows.
    """

    def __init__(
        self, library: Library, recipe: Recipe, pairs: Pairs | None = None, batches: int = 4
    ) -> None:
        plain = BodyChanges(lengths=0.0, turned=0.0, tilted=0.0)
        noisy = replace(recipe, windows=_WINDOWS, speed_spread=0.0, bodies=plain, borrowed=0.0)
        clean = replace(noisy, noise=PERFECT)
        self._noisy = [make_batch(library, noisy, chance(1 << 20, n)) for n in range(batches)]
        self._clean = [make_batch(library, clean, chance(1 << 20, n)) for n in range(batches)]
        self._real = [_as_batch(pairs)] if pairs else []

    def measure(self, network: nn.Module) -> Errors:
        """Lift all windows with a network."""
        noisy = [_lifted(network, batch) for batch in self._noisy]
        clean = [_lifted(network, batch) for batch in self._clean]
        real = [_lifted(network, batch) for batch in self._real]
        return Errors(*_means(noisy), *_means(clean), *_means(real), _spread_scale(noisy + real))


_Lifted = tuple[Floats, Floats, Floats]


@torch.inference_mode()
def _lifted(network: nn.Module, batch: Batch) -> _Lifted:
    """Joints (B, T, 16, 3), spread (B, T, 16) in metres and truth (B, T, 16, 3)."""
    device = next(network.parameters()).device
    keypoints, scores, own, truth = (part.to(device) for part in batch)
    with torch.autocast(device.type, torch.bfloat16):
        joints, spread = network(keypoints, scores, own)
    return _array(joints), _array(spread.exp()), _array(truth)


def _as_batch(pairs: Pairs) -> Batch:
    keypoints, scores, points, own = (
        torch.from_numpy(part) for part in (pairs.keypoints, pairs.scores, pairs.points, pairs.own)
    )
    return Batch(keypoints, scores, own, along_ray(points[:, :, :17]))


def _array(values: torch.Tensor) -> Floats:
    return np.asarray(values[:, :, 1:].cpu().numpy(), np.float32)


def _means(lifted: list[_Lifted]) -> tuple[float, float]:
    """MPJPE and P-MPJPE; NaN of nothing."""
    if not lifted:
        return math.nan, math.nan
    plain = [joint_errors(joints, truth).mean() for joints, _, truth in lifted]
    aligned = [
        procrustes_errors(joints[:, ::_EVERY], truth[:, ::_EVERY]).mean()
        for joints, _, truth in lifted
    ]
    return float(np.mean(plain)), float(np.mean(aligned))


def _spread_scale(lifted: list[_Lifted]) -> float:
    ratios = [joint_errors(joints, truth) / MM_PER_M / spread for joints, spread, truth in lifted]
    return float(np.quantile(np.concatenate(ratios), 0.9) / _RADIUS_90)
