"""How a batch is made: windows of motion, changed bodies, a camera, a detector that errs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from framework.lab.motion.body import COCO
from framework.lab.motion.noise import Noise, detected, spoilt
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.windows import Library

from .detector_errors import Borrowed
from .target import along_ray


class Batch(NamedTuple):
    """What a network is shown and what it should answer; B windows of T frames.

    Attributes:
        keypoints: (B, T, 17, 2) COCO-17, units of the focal length.
        scores: (B, T, 17) in 0..1, 0 where a joint is missing.
        own: (B, T, 17, 3) the detector's own 3D, H36M-17 in any scale; NaN where there is none.
        truth: (B, T, 17, 3) H36M-17 in metres relative to the pelvis, as `along_ray` has it.
    """

    keypoints: Tensor
    scores: Tensor
    own: Tensor
    truth: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(WindowRecipe):
    """How a batch is made; ``frames`` is a multiple of the network's group of frames.

    Attributes:
        windows: in a batch.
        noise: of the synthetic detector.
        borrowed: share of windows with errors of a rehearsal, where there is one.
        opinion: share of these in which the detector's own 3D is shown.
    """

    windows: int = 128
    noise: Noise = field(default_factory=Noise)
    borrowed: float = 0.5
    opinion: float = 0.7


def make_batch(
    library: Library, recipe: Recipe, random: torch.Generator, borrowed: Borrowed | None = None
) -> Batch:
    """Draw windows and look at them.

    Args:
        library: motion.
        recipe: how.
        random: source of chance.
        borrowed: errors of a rehearsal, or None: all errors are synthetic.
    """
    points = recipe.draw(library, recipe.windows, random)
    keypoints, scores = detected(points[:, :, COCO], recipe.noise, random)
    own = torch.full((*scores.shape, 3), torch.nan)
    count = round(recipe.windows * recipe.borrowed) if borrowed else 0
    if borrowed and count:
        lent = borrowed.lend(points[:count], random)
        keypoints[:count], scores[:count] = spoilt(
            lent.keypoints, lent.scores, recipe.noise, random
        )
        shown = torch.rand(count, 1, 1, 1, generator=random) < recipe.opinion
        own[:count] = torch.where(shown, lent.own, torch.nan)
    return Batch(keypoints, scores, own, along_ray(points[:, :, :17]))
