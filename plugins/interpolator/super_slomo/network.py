"""Super-SloMo's two networks; their width is read from the tensors of a checkpoint.

Jiang, Sun, Jampani, Yang, Learned-Miller, Kautz: "Super SloMo: high quality estimation of
multiple intermediate frames for video interpolation", CVPR 2018, figure 4. The layers have the
names and shapes of the published PyTorch weights, so that their checkpoint can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from framework.checkpoints import load_tensors
from framework.errors import BackendError

FLOW, SYNTHESIS = "state_dictFC", "state_dictAT"
"""Keys of the two networks in a checkpoint."""
WIDTH = 32
"""Channels of the first layer of the published networks."""
SLOPE = 0.1
"""Negative slope of the leaky rectifiers."""

_GROWTH = (1, 2, 4, 8, 16, 16)
"""Channels of each level, as multiples of the width."""


class UNet(nn.Module):
    """An encoder and a decoder with skip connections, a leaky rectifier after every convolution.

    Args:
        inputs: number of input channels.
        outputs: number of output channels.
        width: channels of the first layer.
    """

    def __init__(self, inputs: int, outputs: int, width: int = WIDTH) -> None:
        super().__init__()
        sizes = [width * growth for growth in _GROWTH]
        self.conv1 = nn.Conv2d(inputs, width, 7, padding=3)
        self.conv2 = nn.Conv2d(width, width, 7, padding=3)
        kernels = (5, 3, 3, 3, 3)
        for level, kernel in enumerate(kernels):
            self.add_module(f"down{level + 1}", _Down(sizes[level], sizes[level + 1], kernel))
            self.add_module(f"up{level + 1}", _Up(sizes[-1 - level], sizes[-2 - level]))
        self.conv3 = nn.Conv2d(width, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W) for (B, inputs, H, W); H and W are multiples of 32."""
        x = _leaky(self.conv2(_leaky(self.conv1(x))))
        skips = []
        for level in range(1, 6):
            skips.append(x)
            x = self.get_submodule(f"down{level}")(x)
        for level in range(1, 6):
            x = self.get_submodule(f"up{level}")(x, skips.pop())
        return _leaky(self.conv3(x))


class _Down(nn.Module):
    """Halves the size, then two convolutions."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv2d(outputs, outputs, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return _leaky(self.conv2(_leaky(self.conv1(functional.avg_pool2d(x, 2)))))


class _Up(nn.Module):
    """Doubles the size and adds what the encoder had at that size, with two convolutions."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(2 * outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = _leaky(self.conv1(x))
        return _leaky(self.conv2(torch.cat((x, skip), 1)))


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, SLOPE, inplace=True)


class SuperSloMo(nn.Module):
    """Both networks: flow between two frames, and its correction at an intermediate time.

    Args:
        width: channels of their first layers.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.flow = UNet(6, 4, width)
        self.synthesis = UNet(20, 5, width)
        # Convolutions take a fifth less time with channels last in memory.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_networks(path: Path) -> SuperSloMo:
    """Read a checkpoint: the published one, or one of your own training.

    Raises:
        BackendError: the file is missing, broken, or of other networks.
    """
    flow, synthesis = load_tensors(path, FLOW), load_tensors(path, SYNTHESIS)
    first = flow.get("conv1.weight")
    networks = SuperSloMo(len(first) if first is not None else WIDTH)
    for network, tensors in ((networks.flow, flow), (networks.synthesis, synthesis)):
        _check(network, tensors, path)
        network.load_state_dict(dict(tensors))
    return networks.float().eval()


def save_networks(networks: SuperSloMo, path: Path) -> None:
    """Write a checkpoint in the form of the published one."""
    parts = {FLOW: networks.flow, SYNTHESIS: networks.synthesis}
    torch.save({key: network.state_dict() for key, network in parts.items()}, path)


def _check(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise BackendError(
                f"{path} is not a checkpoint of Super-SloMo: {name} is "
                f"{found.get(name, 'missing')} where {expected.get(name, 'nothing')} is expected",
                "Give SuperSloMo.ckpt, or the output of python -m framework.train "
                "interpolator=super_slomo.",
            )
