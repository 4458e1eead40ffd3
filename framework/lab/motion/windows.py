"""All recordings in memory, and random windows of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from framework.errors import InputError
from framework.lab.motion.body import Motion, bones_of

_GOLDEN = 0x9E3779B1


@dataclass(frozen=True, slots=True)
class Library:
    """Recordings end to end.

    Attributes:
        bones: (N, 23, 3) float32 bones of `BODY`, metres, world axes; bone 0 is the position of the
            pelvis.
        first, last: (C,) int64, frames of each clip, both inclusive.
        weight: (C,) float64, relative probability that a window comes from the clip.
    """

    bones: Tensor
    first: Tensor
    last: Tensor
    weight: Tensor

    @classmethod
    def of(cls, motions: Iterable[tuple[Motion, float]]) -> Library:
        """Collect recordings, each with the weight of one of its frames.

        Raises:
            InputError: there is none.
        """
        # A single frame has no motion to interpolate.
        kept = [(motion, weight) for motion, weight in motions if len(motion.points) > 1]
        if not kept:
            raise InputError("no motion to train on", "check the folders and the split.")
        lengths = torch.tensor([len(motion.points) for motion, _ in kept])
        stop = lengths.cumsum(0)
        bones = np.concatenate([bones_of(motion.points) for motion, _ in kept])
        # A weight is per frame, and clips are drawn by their sum.
        weight = lengths.double() * torch.tensor([weight for _, weight in kept]).double()
        return cls(torch.from_numpy(bones), stop - lengths, stop - 1, weight)

    def sample(
        self, count: int, frames: int, random: torch.Generator, speed_spread: float = 0.0
    ) -> Tensor:
        """Draw windows; a window that reaches beyond an end of its clip runs backwards from there.

        Args:
            count: number of windows.
            frames: length of each.
            random: generator of everything drawn.
            speed_spread: speed is multiplied by exp(x), x drawn from -spread to spread.

        Returns:
            (count, frames, 23, 3) bones, linearly interpolated between recorded frames.
        """
        clip = torch.multinomial(self.weight, count, replacement=True, generator=random)
        first, span = self.first[clip], (self.last - self.first)[clip]
        # Windows are placed by their middle, so that both ends of a clip are drawn as often as the
        # rest.
        middle = torch.rand(count, generator=random) * span
        speed = torch.exp(speed_spread * (2 * torch.rand(count, generator=random) - 1))
        steps = torch.arange(frames) - (frames - 1) / 2
        # (count, frames) position in recorded frames; the period is there and back.
        place = (middle[:, None] + speed[:, None] * steps) % (2 * span[:, None])
        # A triangle wave: the second half of its period is the clip in reverse.
        place = torch.minimum(place, 2 * span[:, None] - place)
        # The last frame is reached as the end of the last interval.
        below = place.floor().long().minimum(span[:, None] - 1)
        part = (place - below)[..., None, None]
        rows = first[:, None] + below
        return torch.lerp(self.bones[rows], self.bones[rows + 1], part)


def random_generator(seed: int, step: int) -> torch.Generator:
    """The random generator of a step; it depends on seed and step only, so runs can resume.

    PyTorch's generator on the CPU, a Mersenne Twister, uses the low 32 bits of its seed and ignores
    the others, so both numbers are mixed into these. Multiplication by 2^32 / golden ratio (Knuth,
    The Art of Computer Programming 3, 6.4) puts the steps of small seeds far apart.
    """
    return torch.Generator().manual_seed((seed * _GOLDEN + step) % (1 << 32))
