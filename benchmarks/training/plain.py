"""Networks to compare with: `TemporalNetwork` without one of its ideas."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from framework.plugins.lifter.temporal.network import TemporalNetwork, normalise
from framework.skeletons import COCO17, H36M17

_JOINTS_3D = len(H36M17.joints)
_FEATURES = 3 * len(COCO17.joints) + 4


class PlainNetwork(nn.Module):
    """VideoPose3D's design, one token per frame: convolution, batch norm, ReLU, twice in a block.

    Pavllo et al., CVPR 2019, figure 2, with edges repeated instead of a shrinking window, because
    the output has every frame of the window.

    Args:
        channels: width.
        dilations: of the blocks, in frames.
    """

    def __init__(self, channels: int = 256, dilations: Sequence[int] = (3, 9, 27)) -> None:
        super().__init__()
        self.expand = nn.Sequential(Shifted(1), _layer(3 * _FEATURES, channels))
        self.blocks = nn.ModuleList(
            nn.Sequential(Shifted(step), _layer(3 * channels, channels), _layer(channels, channels))
            for step in dilations
        )
        self.joints = nn.Linear(channels, 3 * _JOINTS_3D)
        self.spread = nn.Linear(channels, _JOINTS_3D)

    def forward(
        self, keypoints: Tensor, scores: Tensor, detector_3d: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As `TemporalNetwork.forward`; the detector's 3D is ignored."""
        tokens = self.expand(normalise(keypoints, scores))
        for block in self.blocks:
            tokens = tokens + block(tokens)
        joints = self.joints(tokens).float().unflatten(-1, (_JOINTS_3D, 3))
        return joints - joints[:, :, :1], self.spread(tokens.detach()).float()


class Shifted(nn.Module):
    """(B, T, C) to (B, T, 3 C): each frame between an earlier and a later one, edges repeated."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step

    def forward(self, tokens: Tensor) -> Tensor:
        """Concatenate the three."""
        rows = torch.arange(tokens.shape[1], device=tokens.device)
        at = [(rows + shift).clamp(0, len(rows) - 1) for shift in (-self.step, 0, self.step)]
        return torch.cat([tokens[:, index] for index in at], dim=-1)


def _layer(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, outputs), _OverFrames(nn.BatchNorm1d(outputs)), nn.ReLU()
    )


class _OverFrames(nn.Module):
    """A layer for (N, C) over (B, T, C)."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.unflatten(self.layer(tokens.flatten(0, 1)), 0, tokens.shape[:2])


class ScoreBlind(TemporalNetwork):
    """Its input says which joints are there, and not with which score."""

    def forward(
        self, keypoints: Tensor, scores: Tensor, detector_3d: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As `TemporalNetwork.forward`."""
        return super().forward(keypoints, (scores > 0).to(scores.dtype), detector_3d)
