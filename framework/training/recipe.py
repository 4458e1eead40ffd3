"""How a batch is made: windows of motion, changed bodies, a camera, a detector that errs."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from framework.training.bodies import BodyChanges, points_of, varied
from framework.training.body import COCO
from framework.training.cameras import Cameras, along_ray, seen_by
from framework.training.noise import Noise, detected
from framework.training.windows import Library

Batch = tuple[Tensor, Tensor, Tensor]
"""Keypoints (B, T, 17, 2), scores (B, T, 17) and truth (B, T, 17, 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a batch is made.

    Attributes:
        windows: in a batch.
        frames: in a window; a multiple of the network's group of frames.
        speed_spread: speed is changed by a factor exp(-spread..spread).
        bodies, cameras, noise: see there.
    """

    windows: int = 128
    frames: int = 81
    speed_spread: float = 0.5
    bodies: BodyChanges = field(default_factory=BodyChanges)
    cameras: Cameras = field(default_factory=Cameras)
    noise: Noise = field(default_factory=Noise)


def make_batch(library: Library, recipe: Recipe, random: torch.Generator) -> Batch:
    """Draw windows and look at them.

    Returns:
        keypoints (B, T, 17, 2), scores (B, T, 17) and the truth (B, T, 17, 3): H36M-17 in
        metres relative to the pelvis, as `along_ray` has it.
    """
    bones = library.sample(recipe.windows, recipe.frames, random, recipe.speed_spread)
    points = seen_by(points_of(varied(bones, recipe.bodies, random)), recipe.cameras, random)
    keypoints, scores = detected(points[:, :, COCO], recipe.noise, random)
    return keypoints, scores, along_ray(points[:, :, :17])


def chance(seed: int, step: int) -> torch.Generator:
    """The chance of one step; depends on nothing but its number, so that runs can resume."""
    return torch.Generator().manual_seed((seed << 32) + step)
