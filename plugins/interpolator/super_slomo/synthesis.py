"""Computes intermediate frames from two frames: the equations around the networks.

Images are (B, 3, H, W) float32 RGB, 0..1, less the mean of each channel; flows are (B, 2, H, W)
pixels, x then y. ``Fab`` is the flow from frame a to frame b: where in b the content of a pixel
of a is found. Equations and their numbers are those of the paper (Jiang et al., CVPR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .network import SuperSloMo

MEAN = (0.429, 0.431, 0.397)
"""Mean of the published training images, RGB, 0..1. It is subtracted from every input, as it was
in training; an input without it would come out in other colours."""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """An intermediate frame, and the first estimates of it, which the training loss needs too.

    Attributes:
        frame: (B, 3, H, W).
        from_0, from_1: the two source frames warped by the flow before its correction.
    """

    frame: Tensor
    from_0: Tensor
    from_1: Tensor


def warp(image: Tensor, flow: Tensor) -> Tensor:
    """Read an image where a flow points, with bilinear interpolation and 0 outside.

    The published weights were trained with a sampling grid in which pixel x of W means
    x * (W - 1) / W, so even a flow of zero shrinks the image by one pixel. The networks have
    learnt to compensate for it: with a correct grid their frames would be shifted.

    Args:
        image: (B, C, H, W).
        flow: (B, 2, H, W) pixels, x then y.

    Returns:
        (B, C, H, W).
    """
    _, _, height, width = image.shape
    x = torch.arange(width, device=image.device, dtype=image.dtype) + flow[:, 0]
    y = torch.arange(height, device=image.device, dtype=image.dtype)[:, None] + flow[:, 1]
    # grid_sample takes -1..1, x before y. (B, H, W, 2)
    grid = torch.stack((2 * (x / width - 0.5), 2 * (y / height - 0.5)), -1)
    return functional.grid_sample(image, grid, padding_mode="zeros", align_corners=True)


def estimate_flow(networks: SuperSloMo, first: Tensor, second: Tensor) -> Tensor:
    """Return (B, 4, H, W): F01, then F10."""
    flow: Tensor = networks.flow(torch.cat((first, second), 1))
    return flow


def synthesize(
    networks: SuperSloMo, first: Tensor, second: Tensor, flow: Tensor, times: Tensor
) -> Synthesis:
    """Compute the frames at intermediate times.

    Args:
        networks: both.
        first: (B, 3, H, W), or one for all times.
        second: of the same shape.
        flow: from `estimate_flow`.
        times: (B,) of the intermediate frames; the first frame is at 0, the second at 1.
    """
    first, second, flow = (each.expand(len(times), -1, -1, -1) for each in (first, second, flow))
    f01, f10 = flow.chunk(2, 1)
    t = times[:, None, None, None]
    # Eq. 4: the flow at the intermediate time, if speed is constant and flow smooth in space.
    ft0 = -t * (1 - t) * f01 + t * t * f10
    ft1 = (1 - t) * (1 - t) * f01 - t * (1 - t) * f10
    from_0, from_1 = warp(first, ft0), warp(second, ft1)
    inputs = (first, second, f01, f10, ft1, ft0, from_1, from_0)
    output = networks.synthesis(torch.cat(inputs, 1))
    # Eq. 5: corrected flow, and how visible a pixel is in the first frame and in the second. What
    # is hidden in one of them is taken from the other.
    visible_0 = torch.sigmoid(output[:, 4:5])
    warped_0 = warp(first, ft0 + output[:, :2])
    warped_1 = warp(second, ft1 + output[:, 2:4])
    weight_0, weight_1 = (1 - t) * visible_0, t * (1 - visible_0)
    # Eq. 1: the nearer frame in time counts more.
    frame = (weight_0 * warped_0 + weight_1 * warped_1) / (weight_0 + weight_1)
    return Synthesis(frame, from_0, from_1)
