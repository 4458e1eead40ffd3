"""The training loss: that of the paper without its perceptual term.

Jiang et al., CVPR 2018, section 3.3. The perceptual term (weight 0.005) needs a network trained
on ImageNet (VGG-16), whose weights this project does not have.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import l1_loss

from ..network import SuperSloMo
from ..synthesis import estimate_flow, synthesize, warp

RECONSTRUCTION, WARPING, SMOOTHNESS = 0.8 * 255, 0.4 * 255, 1.0
"""Weights of the paper, multiplied by 255 where they weigh intensities: those of the paper are
0..255, those here 0..1."""


def training_loss(
    networks: SuperSloMo, first: Tensor, middle: Tensor, last: Tensor, times: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the weighted sum, and the reconstruction error alone (mean, 0..1).

    Args:
        networks: both.
        first: (B, 3, H, W), 0..1 less the mean.
        middle: the true intermediate frame, of the same shape.
        last: of the same shape.
        times: (B,) of the middle frame; the first is at 0, the last at 1.
    """
    flow = estimate_flow(networks, first, last)
    f01, f10 = flow.chunk(2, 1)
    synthesis = synthesize(networks, first, last, flow, times)
    reconstruction = l1_loss(synthesis.frame, middle)
    # Judges the flow itself. Without it the visibility weights could hide a wrong flow.
    warping = (
        l1_loss(synthesis.from_0, middle)
        + l1_loss(synthesis.from_1, middle)
        # F01 says where in the last frame a pixel of the first is: so it warps the last.
        + l1_loss(warp(last, f01), first)
        + l1_loss(warp(first, f10), last)
    )
    # Where the image has no texture, any flow fits: neighbours should then move alike.
    smoothness = _roughness(f01) + _roughness(f10)
    total = RECONSTRUCTION * reconstruction + WARPING * warping + SMOOTHNESS * smoothness
    return total, reconstruction.detach()


def _roughness(flow: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels, across and down."""
    across, down = flow[..., 1:] - flow[..., :-1], flow[..., 1:, :] - flow[..., :-1, :]
    return across.abs().mean() + down.abs().mean()
