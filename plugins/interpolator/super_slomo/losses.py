"""What training minimises: the published loss without its perceptual term.

Jiang et al., CVPR 2018, section 3.3. The perceptual term (weight 0.005) needs a network trained
on ImageNet, which this project does not have.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import l1_loss

from .network import SuperSloMo
from .synthesis import between, flow, warp

RECONSTRUCTION, WARPING, SMOOTHNESS = 0.8 * 255, 0.4 * 255, 1.0
"""Weights of the paper, where intensities run to 255; here they run to 1."""


def loss(
    networks: SuperSloMo, first: Tensor, middle: Tensor, last: Tensor, times: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the weighted sum, and the reconstruction error alone (mean, 0..1).

    Args:
        networks: both.
        first: (B, 3, H, W) less the mean.
        middle: the true frame between.
        last: of the same shape.
        times: (B,) where the middle frame is, 0 < t < 1.
    """
    known = flow(networks, first, last)
    f01, f10 = known.chunk(2, 1)
    made = between(networks, first, last, known, times)
    reconstruction = l1_loss(made.frame, middle)
    warping = (
        l1_loss(made.from_0, middle)
        + l1_loss(made.from_1, middle)
        + l1_loss(warp(last, f01), first)
        + l1_loss(warp(first, f10), last)
    )
    smoothness = _roughness(f01) + _roughness(f10)
    total = RECONSTRUCTION * reconstruction + WARPING * warping + SMOOTHNESS * smoothness
    return total, reconstruction.detach()


def _roughness(flow: Tensor) -> Tensor:
    """Mean difference of neighbours, across and down."""
    across, down = flow[..., 1:] - flow[..., :-1], flow[..., 1:, :] - flow[..., :-1, :]
    return across.abs().mean() + down.abs().mean()
