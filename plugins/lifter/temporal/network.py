"""The lifting network: residual dilated temporal convolutions over groups of frames.

After VideoPose3D (Pavllo et al., "3D human pose estimation in video with temporal convolutions
and semi-supervised training", CVPR 2019), with three differences: frames are embedded in groups of
three, so that most of the work is done at a third of the frame rate; scores are part of the
input; and 2D is normalised by the person instead of by the image.

Coordinates in: image, any unit, x right, y down. Coordinates out: metres relative to the pelvis, z
along the line of sight (`ray`), x right, y down.
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
# Per frame: x, y and score of each joint; place (2), growth and visibility (see `normalise`).
_FEATURES = 3 * _JOINTS_2D + 4
_DETECTOR_3D_FEATURES = 3 * _JOINTS_3D + 1
_UNCERTAINTY_CHANNELS = 128


class TemporalNetwork(nn.Module):
    """Maps 2D keypoints of a person in a window of frames to 3D joints of every frame.

    The names of its layers are those of the tensors in weight files, so they stay: ``doubt`` is the
    hidden layer of the uncertainty, ``spread`` its output, and ``opinion`` embeds the detector's
    3D.

    Args:
        channels: width of a token.
        hidden: width inside a block.
        dilations: of each block, in tokens.
    """

    def __init__(
        self,
        channels: int = 384,
        hidden: int = 576,
        # Kernels of 3 with dilations 1, 3, 9 span 27 tokens, the 81 frames of a window.
        dilations: Sequence[int] = (1, 3, 9, 1, 3, 9),
    ) -> None:
        super().__init__()
        self.register_buffer("dilations", torch.tensor(dilations, dtype=torch.float32))
        self.embed = nn.Linear(GROUP * _FEATURES, channels)
        self.blocks = nn.ModuleList(
            ResidualBlock(channels, hidden, dilation) for dilation in dilations
        )
        self.norm = nn.LayerNorm(channels)
        self.joints = nn.Linear(channels, GROUP * _JOINTS_3D * 3)
        self.doubt = nn.Linear(channels + GROUP * _FEATURES, _UNCERTAINTY_CHANNELS)
        self.spread = nn.Linear(_UNCERTAINTY_CHANNELS, GROUP * _JOINTS_3D)
        # No bias: where there is no 3D, its features are 0, and so is what they add.
        self.opinion = nn.Linear(GROUP * _DETECTOR_3D_FEATURES, channels, bias=False)
        # The detector's 3D begins without influence, so that training starts from the 2D alone.
        nn.init.zeros_(self.opinion.weight)
        nn.init.zeros_(self.spread.weight)
        nn.init.constant_(self.spread.bias, -2.0)  # 14 cm

    def forward(
        self, keypoints: Tensor, scores: Tensor, detector_3d: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Lift windows of frames.

        Args:
            keypoints: (B, T, 17, 2) COCO-17 in any unit; T a multiple of `GROUP`.
            scores: (B, T, 17) in 0..1, 0.5 at the detector's threshold; 0 means that the joint is
                missing, and its keypoint is ignored.
            detector_3d: (B, T, 17, 3) H36M-17 from the detector's 3D, camera axes, any scale and
                origin, NaN where there is none; or None.

        Returns:
            (B, T, 17, 3) H36M-17 in metres, relative to the pelvis; and (B, T, 17) the logarithm of
            their uncertainty. With the weights of a file that is the standard deviation along each
            axis in metres; in training it is the scale of an exponential distribution (`loss_of`).
        """
        batch, frames = scores.shape[:2]
        # (B, T / 3, 3 * 55)
        features = normalise(keypoints, scores).reshape(batch, frames // GROUP, -1)
        # One linear layer per group: the convolutions then run at a third of the frame rate.
        tokens = self.embed(features)
        if detector_3d is not None:
            shapes = detector_3d_features(detector_3d).reshape(batch, frames // GROUP, -1)
            tokens = tokens + self.opinion(shapes)
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        joints = _mean_of_neighbours(
            self.joints(tokens).float().reshape(batch, frames, _JOINTS_3D, 3)
        )
        # Detached, so that training of the uncertainty does not change the joints.
        hidden = self.doubt(torch.cat((tokens.detach(), features), dim=-1))
        spread = self.spread(nn.functional.gelu(hidden)).float().reshape(batch, frames, _JOINTS_3D)
        # The pelvis is an output like the others; its difference to zero is noise.
        return joints - joints[:, :, :1], spread


def _mean_of_neighbours(joints: Tensor) -> Tensor:
    """Mean of each frame and its two neighbours.

    It removes the pattern that repeats from group to group, a jump at every third frame. Training
    includes it, so that the network compensates for it in quick motion.
    """
    # A mean over three frames has no response to a pattern that repeats every three frames.
    before = torch.cat((joints[:, :1], joints[:, :-1]), dim=1)
    after = torch.cat((joints[:, 1:], joints[:, -1:]), dim=1)
    return (before + joints + after) / GROUP


class ResidualBlock(nn.Module):
    """A residual convolution of kernel size 3 over time; edges are repeated.

    Written as one matrix product over three shifted copies: in (batch, time, channel) layout
    this is several times faster on CPUs than ``nn.Conv1d``.

    Args:
        channels: width of a token.
        hidden: width inside the block.
        dilation: distance of the taps, in tokens.
    """

    def __init__(self, channels: int, hidden: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(channels)
        self.mix = nn.Linear(3 * channels, hidden)
        self.project = nn.Linear(hidden, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens (B, T, C) to (B, T, C)."""
        normed = self.norm(tokens)
        # A sequence shorter than the dilation sees its repeated end frames only.
        shift = min(self.dilation, normed.shape[1])
        before = torch.cat((normed[:, :1].expand(-1, shift, -1), normed[:, :-shift]), dim=1)
        after = torch.cat((normed[:, shift:], normed[:, -1:].expand(-1, shift, -1)), dim=1)
        mixed = nn.functional.gelu(self.mix(torch.cat((before, normed, after), dim=-1)))
        projected: Tensor = self.project(mixed)
        return tokens + projected


def normalise(keypoints: Tensor, scores: Tensor) -> Tensor:
    """Normalise the 2D, so that neither the size of the image nor the person's position matters.

    Each frame is centred on the mean of its joints, and all are divided by one scale, the median
    over the window of the root mean square distance from that centre. The median resists frames
    with outliers. Position and size relative to the window are features of their own, since motion
    towards the camera shows in them. Values are clipped: an outlier must not dominate the
    embedding.

    Args:
        keypoints: (B, T, 17, 2).
        scores: (B, T, 17), 0 where missing.

    Returns:
        (B, T, features) float32; zeros where a joint or the whole person is missing.
    """
    present = (scores > 0).float()[..., None]
    visible = present.sum(dim=2).clamp(max=1)
    # float32 also under autocast: pixels of large images lose whole units in bfloat16.
    points = torch.where(present > 0, keypoints.float(), 0.0)
    # (B, T, 2) centre; (B, T) size
    centre = points.sum(dim=2) / present.sum(dim=2).clamp(min=1)
    offsets = (points - centre[:, :, None]) * present
    size = (offsets.square().sum(dim=(2, 3)) / present.sum(dim=(2, 3)).clamp(min=1)).sqrt()
    # (B,) the median ignores frames without the person, which have no size.
    scale = torch.where(visible[..., 0] > 0, size, torch.nan).nanmedian(dim=1).values
    # A window without the person, or with all joints in one point, must not divide by zero.
    scale = scale.nan_to_num(1.0).clamp(min=1e-6)[:, None]
    count = visible.sum(dim=1, keepdim=True).clamp(min=1)
    middle = (centre * visible).sum(dim=1, keepdim=True) / count
    place = (centre - middle) / scale[..., None] * visible
    # A logarithm: approaching and receding are equally large.
    # Clamped: a frame with a single joint has size 0, whose logarithm is infinite.
    growth = (size / scale).clamp(0.1, 10).log()[..., None] * visible
    local = offsets / scale[..., None, None]
    return torch.cat(
        (local.flatten(2).clamp(-8, 8), scores, place.clamp(-8, 8), growth, visible), dim=-1
    )


def detector_3d_features(detector_3d: Tensor) -> Tensor:
    """Normalise a detector's 3D: centred by frame, scaled by window.

    Args:
        detector_3d: (B, T, 17, 3), NaN where there is none.

    Returns:
        (B, T, 52) coordinates and whether they are there; zeros where they are not.
    """
    # (B, T) a pose counts as a whole: its centre would move with the joints that are missing.
    known = detector_3d.isfinite().all(dim=-1).all(dim=-1)
    points = torch.where(known[..., None, None], detector_3d.float(), 0.0)
    centred = points - points.mean(dim=2, keepdim=True)
    size = centred.norm(dim=-1).mean(dim=-1)
    scale = torch.where(known, size, torch.nan).nanmedian(dim=1).values.nan_to_num(1.0)
    # The scale of the window and not of each frame: flicker of the detector's scale is noise, but
    # the pose changes its size too.
    scaled = centred / scale.clamp(min=1e-6)[:, None, None, None]
    return torch.cat((scaled.flatten(2).clamp(-4, 4), known[..., None].float()), dim=-1)


def load_network(path: Path) -> TemporalNetwork:
    """Build the network of a weight file; its size follows from the tensors.

    Args:
        path: safetensors file of ``python -m framework.train``.

    Returns:
        The network in evaluation mode, float32, on the CPU.

    Raises:
        BackendError: the file cannot be read, or holds weights of another network.
    """
    # Files hold float16 (`training.loop.save_weights`).
    tensors = {name: tensor.float() for name, tensor in load_tensors(path).items()}
    try:
        # The buffer `dilations` is in the file, as no shape depends on it.
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
