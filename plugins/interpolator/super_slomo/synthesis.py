"""From two frames to those between: the equations around the networks.

Images are (B, 3, H, W) float32 RGB, 0..1, less the mean of each channel; flows are (B, 2, H, W)
pixels, x then y. ``Fab`` says where in b the content of a pixel of a is found. Equations and
their numbers are those of the paper (Jiang et al., CVPR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .network import SuperSloMo

MEAN = (0.429, 0.431, 0.397)
"""Of the training images, RGB, 0..1; the networks were never shown an image without it."""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A frame between, and the first guesses of it that training judges too.

    Attributes:
        frame: (B, 3, H, W).
        from_0, from_1: the source frames moved by the flow that is not yet corrected.
    """

    frame: Tensor
    from_0: Tensor
    from_1: Tensor


def warp(image: Tensor, flow: Tensor) -> Tensor:
    """Read an image where a flow points, bilinearly, black outside.

    The published weights were trained with a sampling grid in which pixel x of W means
    x * (W - 1) / W, so even a flow of zero shrinks the image by one pixel. The networks have
    learnt to make up for it, so it has to stay.
    """
    _, _, height, width = image.shape
    x = torch.arange(width, device=image.device, dtype=image.dtype) + flow[:, 0]
    y = torch.arange(height, device=image.device, dtype=image.dtype)[:, None] + flow[:, 1]
    grid = torch.stack((2 * (x / width - 0.5), 2 * (y / height - 0.5)), -1)
    return functional.grid_sample(image, grid, padding_mode="zeros", align_corners=True)


def flow(networks: SuperSloMo, first: Tensor, second: Tensor) -> Tensor:
    """(B, 4, H, W): F01, then F10."""
    both: Tensor = networks.flow(torch.cat((first, second), 1))
    return both


def between(
    networks: SuperSloMo, first: Tensor, second: Tensor, known: Tensor, times: Tensor
) -> Synthesis:
    """Return frames between two.

    Args:
        networks: both.
        first: (B, 3, H, W), or one for all times.
        second: of the same shape.
        known: what `flow` says of the two.
        times: (B,) where the frames are, 0 < t < 1.
    """
    first, second, known = (each.expand(len(times), -1, -1, -1) for each in (first, second, known))
    f01, f10 = known.chunk(2, 1)
    t = times[:, None, None, None]
    # Eq. 4: the flow at the time between, if motion is even and smooth in space.
    ft0 = -t * (1 - t) * f01 + t * t * f10
    ft1 = (1 - t) * (1 - t) * f01 - t * (1 - t) * f10
    from_0, from_1 = warp(first, ft0), warp(second, ft1)
    seen = (first, second, f01, f10, ft1, ft0, from_1, from_0)
    answer = networks.synthesis(torch.cat(seen, 1))
    # Eq. 5: corrected flow, and which of the two frames shows what is there.
    visible_0 = torch.sigmoid(answer[:, 4:5])
    moved_0 = warp(first, ft0 + answer[:, :2])
    moved_1 = warp(second, ft1 + answer[:, 2:4])
    weight_0, weight_1 = (1 - t) * visible_0, t * (1 - visible_0)
    # Eq. 1.
    frame = (weight_0 * moved_0 + weight_1 * moved_1) / (weight_0 + weight_1)
    return Synthesis(frame, from_0, from_1)
