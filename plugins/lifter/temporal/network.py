"""The lifting network: residual dilated temporal convolutions over groups of frames.

After VideoPose3D (Pavllo et al., "3D human pose estimation in video with temporal convolutions
and semi-supervised training", CVPR 2019), with three differences: frames are taken in groups of
three, so that most of the work is done at a third of the frame rate; scores are part of the
input; and 2D is normalised by the person, not by the picture.

Image space in (any unit, x right, y down); camera space out (metres, x right, y down, z forward).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from framework.checkpoints import load_tensors
from framework.errors import BackendError
from framework.skeletons import COCO17, H36M17

GROUP = 3
"""Frames that share one token."""

_JOINTS_2D, _JOINTS_3D = len(COCO17.joints), len(H36M17.joints)
_FEATURES = 3 * _JOINTS_2D + 4
_OWN_FEATURES = 3 * _JOINTS_3D + 1
_DOUBTS = 128


class TemporalNetwork(nn.Module):
    """2D keypoints of one person over a window of frames to 3D joints of every frame.

    Args:
        channels: width of a token.
        hidden: width inside a block.
        dilations: reach of each block, in tokens.
    """

    def __init__(
        self,
        channels: int = 384,
        hidden: int = 576,
        dilations: Sequence[int] = (1, 3, 9, 1, 3, 9),
    ) -> None:
        super().__init__()
        self.register_buffer("dilations", torch.tensor(dilations, dtype=torch.float32))
        self.embed = nn.Linear(GROUP * _FEATURES, channels)
        self.blocks = nn.ModuleList(Block(channels, hidden, dilation) for dilation in dilations)
        self.norm = nn.LayerNorm(channels)
        self.joints = nn.Linear(channels, GROUP * _JOINTS_3D * 3)
        self.doubt = nn.Linear(channels + GROUP * _FEATURES, _DOUBTS)
        self.spread = nn.Linear(_DOUBTS, GROUP * _JOINTS_3D)
        self.opinion = nn.Linear(GROUP * _OWN_FEATURES, channels, bias=False)
        nn.init.zeros_(self.opinion.weight)
        nn.init.zeros_(self.spread.weight)
        nn.init.constant_(self.spread.bias, -2.0)

    def forward(
        self, keypoints: Tensor, scores: Tensor, own: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Lift windows of frames.

        Args:
            keypoints: (B, T, 17, 2) COCO-17 in any unit; T a multiple of `GROUP`.
            scores: (B, T, 17) in 0..1, 0.5 at the detector's own threshold; 0 says that the
                joint is missing, and its keypoint is not looked at.
            own: (B, T, 17, 3) H36M-17 as the detector itself sees them in 3D, camera axes, any
                scale and place, NaN where it does not; or None.

        Returns:
            (B, T, 17, 3) H36M-17 in metres, relative to the pelvis, in camera axes; and
            (B, T, 17) the logarithm of how far off they may be: in weight files, the standard
            deviation along each axis, in metres.
        """
        batch, frames = scores.shape[:2]
        features = normalise(keypoints, scores).reshape(batch, frames // GROUP, -1)
        tokens = self.embed(features)
        if own is not None:
            tokens = tokens + self.opinion(_opinion(own).reshape(batch, frames // GROUP, -1))
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        joints = _smooth(self.joints(tokens).float().reshape(batch, frames, _JOINTS_3D, 3))
        # The spread must not bend the features that the joints are read from.
        doubt = self.doubt(torch.cat((tokens.detach(), features), dim=-1))
        spread = self.spread(nn.functional.gelu(doubt)).float().reshape(batch, frames, _JOINTS_3D)
        return joints - joints[:, :, :1], spread


def _smooth(joints: Tensor) -> Tensor:
    """Mean of each frame and its neighbours, which wipes out what repeats from group to group.

    Training goes through it, so that it does not cost quick motion.
    """
    before = torch.cat((joints[:, :1], joints[:, :-1]), dim=1)
    after = torch.cat((joints[:, 1:], joints[:, -1:]), dim=1)
    return (before + joints + after) / GROUP


class Block(nn.Module):
    """A residual convolution of kernel 3, edges repeated.

    Written as one matrix product over three shifted copies: in (batch, time, channel) layout
    this is several times faster on CPUs than ``nn.Conv1d``.
    """

    def __init__(self, channels: int, hidden: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(channels)
        self.mix = nn.Linear(3 * channels, hidden)
        self.project = nn.Linear(hidden, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        normed = self.norm(tokens)
        reach = min(self.dilation, normed.shape[1])
        before = torch.cat((normed[:, :1].expand(-1, reach, -1), normed[:, :-reach]), dim=1)
        after = torch.cat((normed[:, reach:], normed[:, -1:].expand(-1, reach, -1)), dim=1)
        mixed = nn.functional.gelu(self.mix(torch.cat((before, normed, after), dim=-1)))
        projected: Tensor = self.project(mixed)
        return tokens + projected


def normalise(keypoints: Tensor, scores: Tensor) -> Tensor:
    """Describe the 2D so that neither the picture's size nor the person's place matters.

    Each frame is centred on the mean of the joints it has, and all are divided by the window's
    median distance of joints from that centre. Where the centre lies and how large the person
    is, relative to the window, come along.

    Args:
        keypoints: (B, T, 17, 2).
        scores: (B, T, 17), 0 where missing.

    Returns:
        (B, T, features) float32; zeros where a joint or the whole person is missing.
    """
    present = (scores > 0).float()[..., None]
    seen = present.sum(dim=2).clamp(max=1)
    points = torch.where(present > 0, keypoints.float(), 0.0)
    centre = points.sum(dim=2) / present.sum(dim=2).clamp(min=1)
    offsets = (points - centre[:, :, None]) * present
    size = (offsets.square().sum(dim=(2, 3)) / present.sum(dim=(2, 3)).clamp(min=1)).sqrt()
    scale = torch.where(seen[..., 0] > 0, size, torch.nan).nanmedian(dim=1).values
    scale = scale.nan_to_num(1.0).clamp(min=1e-6)[:, None]
    middle = (centre * seen).sum(dim=1, keepdim=True) / seen.sum(dim=1, keepdim=True).clamp(min=1)
    place = (centre - middle) / scale[..., None] * seen
    growth = (size / scale).clamp(0.1, 10).log()[..., None] * seen
    local = offsets / scale[..., None, None]
    return torch.cat(
        (local.flatten(2).clamp(-8, 8), scores, place.clamp(-8, 8), growth, seen), dim=-1
    )


def _opinion(own: Tensor) -> Tensor:
    """(B, T, 52) a detector's own 3D, centred and scaled by the window, and whether it is there."""
    seen = own.isfinite().all(dim=-1).all(dim=-1)
    known = torch.where(seen[..., None, None], own.float(), 0.0)
    centred = known - known.mean(dim=2, keepdim=True)
    size = centred.norm(dim=-1).mean(dim=-1)
    scale = torch.where(seen, size, torch.nan).nanmedian(dim=1).values.nan_to_num(1.0)
    scaled = centred / scale.clamp(min=1e-6)[:, None, None, None]
    return torch.cat((scaled.flatten(2).clamp(-4, 4), seen[..., None].float()), dim=-1)


def load_network(path: Path) -> TemporalNetwork:
    """Build the network that a weight file holds; its size follows from the tensors.

    Raises:
        BackendError: the file cannot be read or belongs to another network.
    """
    tensors = {name: tensor.float() for name, tensor in load_tensors(path).items()}
    try:
        hidden, channels = tensors["blocks.0.mix.weight"].shape[0], len(tensors["norm.weight"])
        dilations = [int(step) for step in tensors["dilations"]]
        network = TemporalNetwork(channels, hidden, dilations)
        network.load_state_dict(tensors)
    except (KeyError, RuntimeError) as error:
        raise BackendError(
            f"{path} does not hold the weights of lifter 'temporal': {error}",
            "Give a file written by python -m framework.train.",
        ) from error
    return network.eval()
