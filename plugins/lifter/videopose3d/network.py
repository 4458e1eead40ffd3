"""The temporal convolutional network; its architecture follows from the tensors of a checkpoint.

Pavllo, Feichtenhofer, Grangier, Auli: "3D human pose estimation in video with temporal
convolutions and semi-supervised training", CVPR 2019. Inference only: each batch normalisation is
folded into the convolution before it, which gives the same numbers with fewer passes over memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch
from torch import Tensor, nn

from framework.errors import BackendError

# Default of PyTorch's BatchNorm1d, which VideoPose3D does not change; it is not in the file.
_BN_EPS = 1e-5
_BN_PARTS = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPose3DArchitecture:
    """What follows from the shapes of a checkpoint; whether it is causal does not.

    Attributes:
        widths: frames that the convolution of each block spans, odd.
        channels: of the hidden layers.
        in_features: values per frame, joints times 2 or 3.
        out_joints: joints of the 3D pose.
    """

    widths: tuple[int, ...]
    channels: int
    in_features: int
    out_joints: int

    @property
    def receptive_field(self) -> int:
        """Frames of 2D that one 3D pose depends on."""
        return prod(self.widths)

    @property
    def dilations(self) -> tuple[int, ...]:
        """Distance in frames between the taps of each block."""
        return tuple(prod(self.widths[:block]) for block in range(len(self.widths)))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every tensor of such a checkpoint."""
        c, blocks = self.channels, len(self.widths) - 1
        shapes: dict[str, tuple[int, ...]] = {
            "expand_conv.weight": (c, self.in_features, self.widths[0]),
            "shrink.weight": (3 * self.out_joints, c, 1),
            "shrink.bias": (3 * self.out_joints,),
        }
        # Convolutions before a normalisation have no bias: the normalisation has one.
        for block, width in enumerate(self.widths[1:]):
            # A block is a wide, dilated convolution and one of width 1, numbered in turn.
            shapes[f"layers_conv.{2 * block}.weight"] = (c, c, width)
            shapes[f"layers_conv.{2 * block + 1}.weight"] = (c, c, 1)
        norms = ["expand_bn", *(f"layers_bn.{layer}" for layer in range(2 * blocks))]
        return shapes | {f"{norm}.{part}": (c,) for norm in norms for part in _BN_PARTS}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor], path: Path) -> VideoPose3DArchitecture:
        """Derive the architecture, and check every name and shape against it.

        Raises:
            BackendError: the tensors are not of this network; the message lists the differences.
        """
        expand, bias = tensors.get("expand_conv.weight"), tensors.get("shrink.bias")
        convolutions = [name for name in tensors if name.startswith("layers_conv.")]
        wide = [tensors.get(f"layers_conv.{2 * i}.weight") for i in range(len(convolutions) // 2)]
        layers = [layer for layer in (expand, *wide) if layer is not None and layer.ndim == 3]
        if bias is None or expand is None or len(layers) != 1 + len(wide):
            raise _not_this_network(path, [f"it has {', '.join(list(tensors)[:4])} ..."])
        found = cls(
            widths=tuple(layer.shape[2] for layer in layers),
            channels=expand.shape[0],
            in_features=expand.shape[1],
            out_joints=bias.numel() // 3,
        )
        if differences := found._differences(tensors):
            raise _not_this_network(path, differences)
        return found

    def _differences(self, tensors: Mapping[str, Tensor]) -> list[str]:
        """What is wrong with the names, shapes and values of tensors, in words."""
        wanted = self.shapes()
        # These count training steps; files of torch before 0.4.1 have none.
        names = {name for name in tensors if not name.endswith(".num_batches_tracked")}
        # An even kernel would have no middle frame.
        even = [f"width {width} is even" for width in self.widths if width % 2 == 0]
        missing = [f"{name} is missing" for name in wanted if name not in names]
        unknown = [f"{name} is unknown" for name in sorted(names - wanted.keys())]
        misshapen = [
            f"{name} is {tuple(tensors[name].shape)} instead of {shape}"
            for name, shape in wanted.items()
            if name in names and tuple(tensors[name].shape) != shape
        ]
        broken = [
            f"{name} holds values that are not finite numbers"
            for name in wanted
            if name in names and not torch.isfinite(tensors[name]).all()
        ]
        return even + missing + unknown + misshapen + broken


class VideoPose3DNetwork(nn.Module):
    """Dilated residual convolutions over time, without padding.

    Args:
        architecture: of the checkpoint.
        causal: whether the residual is the last instead of the middle frame of a convolution.
    """

    def __init__(self, architecture: VideoPose3DArchitecture, *, causal: bool) -> None:
        super().__init__()
        c, widths = architecture.channels, architecture.widths
        wide = zip(widths[1:], architecture.dilations[1:], strict=True)
        self.causal = causal
        self.expand = nn.Conv1d(architecture.in_features, c, widths[0])
        self.wide = nn.ModuleList(nn.Conv1d(c, c, width, dilation=step) for width, step in wide)
        self.narrow = nn.ModuleList(nn.Conv1d(c, c, 1) for _ in widths[1:])
        self.shrink = nn.Conv1d(c, 3 * architecture.out_joints, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Lift sequences.

        Args:
            frames: (B, T, in_features) normalised 2D; T is at least the receptive field R.

        Returns:
            (B, T - R + 1, out_joints, 3): metres, camera axes. Row t belongs to frame
            t + (R - 1) / 2, or, causal, to frame t + R - 1.
        """
        x = self.expand(frames.transpose(1, 2)).relu_()
        for wide, narrow in zip(self.wide, self.narrow, strict=True):
            hidden = wide(x).relu_()
            # Without padding, a convolution shortens time; the residual is cropped to the frames
            # that remain: the middle ones, or the last ones of a causal network.
            lost = x.shape[2] - hidden.shape[2]
            start = lost if self.causal else lost // 2
            x = narrow(hidden).relu_().add_(x[:, :, start : start + hidden.shape[2]])
        joints: Tensor = self.shrink(x).transpose(1, 2).unflatten(-1, (-1, 3))
        return joints


def build_network(
    tensors: Mapping[str, Tensor], path: Path, *, causal: bool
) -> tuple[VideoPose3DArchitecture, VideoPose3DNetwork]:
    """Build the network of a checkpoint.

    Args:
        tensors: the checkpoint's state dict.
        path: of the checkpoint, for messages.
        causal: whether it was trained without future frames.

    Raises:
        BackendError: the tensors are not those of this network.
    """
    architecture = VideoPose3DArchitecture.of(tensors, path)
    folded = {
        "shrink.weight": tensors["shrink.weight"].float(),
        "shrink.bias": tensors["shrink.bias"].float(),
    } | _folded("expand", tensors, "expand_conv", "expand_bn")
    for block in range(len(architecture.widths) - 1):
        for name, layer in (("wide", 2 * block), ("narrow", 2 * block + 1)):
            folded |= _folded(
                f"{name}.{block}", tensors, f"layers_conv.{layer}", f"layers_bn.{layer}"
            )
    with torch.device("meta"):  # draws no random numbers for weights that are replaced
        network = VideoPose3DNetwork(architecture, causal=causal)
    # assign: parameters on the meta device have no memory to copy into.
    network.load_state_dict(folded, assign=True)
    return architecture, network.requires_grad_(False).eval()


def _folded(name: str, tensors: Mapping[str, Tensor], conv: str, norm: str) -> dict[str, Tensor]:
    """Weight and bias of a convolution with its batch normalisation folded in.

    In float64: the variance of a channel can be small, and float32 would lose digits here.
    """
    gain, shift, mean, variance = (tensors[f"{norm}.{part}"].double() for part in _BN_PARTS)
    scale = gain / torch.sqrt(variance + _BN_EPS)
    # (c, in, width) times one scale per output channel
    weight = tensors[f"{conv}.weight"].double() * scale[:, None, None]
    return {f"{name}.weight": weight.float(), f"{name}.bias": (shift - mean * scale).float()}


def _not_this_network(path: Path, differences: list[str]) -> BackendError:
    shown, more = differences[:5], len(differences) - 5
    listed = "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
    return BackendError(
        f"{path} is not a checkpoint of VideoPose3D's temporal network: {listed}",
        "Give one that VideoPose3D wrote (its 'model_pos') as lifter.checkpoint.",
    )
