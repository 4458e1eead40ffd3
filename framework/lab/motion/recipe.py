"""How windows of motion are drawn: which bodies, at which speed, in front of which cameras."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from framework.lab.motion.bodies import BodyChanges, points_of, varied
from framework.lab.motion.cameras import Cameras, place_cameras
from framework.lab.motion.windows import Library
from framework.options import Options, option

FRAMES = 81
"""Frames of a window: what synthetic noise and the temporal lifter are defined for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRecipe(Options):
    """How windows of recorded motion become people in front of a camera."""

    frames: int = option(FRAMES, "frames of a window, at 30 frames per second", low=1)
    speed_spread: float = option(
        0.5, "speed is multiplied by exp(x), with x drawn from -speed_spread to speed_spread", low=0
    )
    bodies: BodyChanges = field(default_factory=BodyChanges)
    cameras: Cameras = field(default_factory=Cameras)

    def draw(self, library: Library, count: int, random: torch.Generator) -> Tensor:
        """Draw windows and a camera for each.

        Args:
            library: motion.
            count: number of windows.
            random: generator of everything drawn.

        Returns:
            (count, frames, 23, 3) points of `BODY`, camera space, metres.
        """
        bones = library.sample(count, self.frames, random, self.speed_spread)
        return place_cameras(points_of(varied(bones, self.bodies, random)), self.cameras, random)
