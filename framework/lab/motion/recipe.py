"""How windows of motion are drawn: which bodies, at which speed, before which cameras."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from framework.lab.motion.bodies import BodyChanges, points_of, varied
from framework.lab.motion.cameras import Cameras, seen_by
from framework.lab.motion.windows import Library

FRAMES = 81
"""Frames of a window: what synthetic noise and the temporal lifter are defined for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRecipe:
    """How windows of recorded motion become people before a camera.

    Attributes:
        frames: in a window.
        speed_spread: speed is changed by a factor exp(-spread..spread).
        bodies, cameras: see there.
    """

    frames: int = FRAMES
    speed_spread: float = 0.5
    bodies: BodyChanges = field(default_factory=BodyChanges)
    cameras: Cameras = field(default_factory=Cameras)

    def draw(self, library: Library, count: int, random: torch.Generator) -> Tensor:
        """Draw windows and put a camera before each.

        Args:
            library: motion.
            count: windows.
            random: source of chance.

        Returns:
            (count, frames, 23, 3) points in camera space, metres.
        """
        bones = library.sample(count, self.frames, random, self.speed_spread)
        return seen_by(points_of(varied(bones, self.bodies, random)), self.cameras, random)
