"""Super-SloMo's two networks, their sizes read from the tensors of a checkpoint.

Jiang, Sun, Jampani, Yang, Learned-Miller, Kautz: "Super SloMo: high quality estimation of
multiple intermediate frames for video interpolation", CVPR 2018. The layers have the names and
shapes of the published PyTorch weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from framework.checkpoints import load_tensors
from framework.errors import BackendError

MULTIPLE = 32
"""Height and width of the input: five times they are halved."""
FLOW, SYNTHESIS = "state_dictFC", "state_dictAT"
"""Where a checkpoint keeps the two networks."""
WIDTH = 32
"""Channels of the first layer of the published networks."""
SLOPE = 0.1
"""Of the leaky rectifiers."""

_GROWTH = (1, 2, 4, 8, 16, 16)


class UNet(nn.Module):
    """An encoder and a decoder with skip connections, leaky after every convolution.

    Args:
        inputs: channels that come in.
        outputs: channels that go out.
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
        """(B, outputs, H, W) of (B, inputs, H, W); H and W are multiples of `MULTIPLE`."""
        x = _leaky(self.conv2(_leaky(self.conv1(x))))
        skips = []
        for level in range(1, 6):
            skips.append(x)
            x = self.get_submodule(f"down{level}")(x)
        for level in range(1, 6):
            x = self.get_submodule(f"up{level}")(x, skips.pop())
        return _leaky(self.conv3(x))


class _Down(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv2d(outputs, outputs, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return _leaky(self.conv2(_leaky(self.conv1(functional.avg_pool2d(x, 2)))))


class _Up(nn.Module):
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
    """Both networks: flow between two frames, and the correction of flow to the time wanted.

    Args:
        width: channels of their first layers.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.flow = UNet(6, 4, width)
        self.synthesis = UNet(20, 5, width)
        # Convolutions are a fifth quicker with channels last in memory.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_networks(path: Path) -> SuperSloMo:
    """Read a checkpoint: the published one, or one of the training script.

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
    """Write a checkpoint with the keys of the published one."""
    parts = {FLOW: networks.flow, SYNTHESIS: networks.synthesis}
    torch.save({key: network.state_dict() for key, network in parts.items()}, path)


def _check(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise BackendError(
                f"{path} is not of Super-SloMo: {name} is {found.get(name, 'missing')} where "
                f"{wanted.get(name, 'nothing')} is expected",
                "Give SuperSloMo.ckpt, or a file of python -m "
                "framework.plugins.interpolator.super_slomo.train.",
            )
