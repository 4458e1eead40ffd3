"""How a batch is made: windows of motion, changed bodies, a camera, and errors of a detector."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from framework.lab.motion.body import COCO
from framework.lab.motion.noise import Noise, degraded, noisy_keypoints
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.windows import Library
from framework.options import Options, option

from .detector_errors import DetectorErrors
from .target import along_ray


class Batch(NamedTuple):
    """Input and target of a network; B windows of T frames.

    Attributes:
        keypoints: (B, T, 17, 2) COCO-17, units of the focal length.
        scores: (B, T, 17) in 0..1, 0 where a joint is missing.
        detector_3d: (B, T, 17, 3) the detector's 3D, H36M-17 in any scale; NaN where there is none.
        truth: (B, T, 17, 3) H36M-17 in metres relative to the pelvis, as of `along_ray`.
    """

    keypoints: Tensor
    scores: Tensor
    detector_3d: Tensor
    truth: Tensor


@dataclass(frozen=True, kw_only=True)
class Recipe(WindowRecipe, Options):
    """How a batch is made; ``frames`` is a multiple of the network's group of frames.

    Attributes:
        windows: in a batch.
        noise: of the synthetic detector.
        simulated: share of windows with errors of a simulated detector, where there are any.
        detector_3d: share of these in which the detector's 3D is an input.
    """

    windows: int = option(128, "windows in a batch", low=1)
    noise: Noise = field(default_factory=Noise, metadata={"help": "synthetic detector errors"})
    simulated: float = option(
        0.5,
        "share of windows with errors of a simulated detector, if simulation is given",
        low=0,
        high=1,
        formerly=("borrowed",),
    )
    detector_3d: float = option(
        0.7,
        "share of these windows in which the detector's 3D is an input",
        low=0,
        high=1,
        formerly=("opinion",),
    )


def make_batch(
    library: Library,
    recipe: Recipe,
    random: torch.Generator,
    detector_errors: DetectorErrors | None = None,
) -> Batch:
    """Draw windows, and detect the people in them with errors.

    Args:
        library: motion.
        recipe: how.
        random: generator of all random numbers.
        detector_errors: of a simulation, or None: all errors are synthetic.
    """
    points = recipe.draw(library, recipe.windows, random)
    keypoints, scores = noisy_keypoints(points[:, :, COCO], recipe.noise, random)
    detector_3d = torch.full((*scores.shape, 3), torch.nan)
    count = round(recipe.windows * recipe.simulated) if detector_errors else 0
    if detector_errors and count:
        simulated = detector_errors.transfer(points[:count], random)
        # Left-right swaps, missing joints and frames are synthetic here too.
        keypoints[:count], scores[:count] = degraded(
            simulated.keypoints, simulated.scores, recipe.noise, random
        )
        # Not always, or the network would rely on a 3D that most detectors do not have.
        shown = torch.rand(count, 1, 1, 1, generator=random) < recipe.detector_3d
        detector_3d[:count] = torch.where(shown, simulated.detector_3d, torch.nan)
    return Batch(keypoints, scores, detector_3d, along_ray(points[:, :, :17]))
