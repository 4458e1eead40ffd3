"""Small networks with weights large enough that their flow is some pixels."""

import pytest
import torch

from framework.plugins.interpolator.super_slomo.network import SuperSloMo, save_networks


@pytest.fixture(scope="session")
def networks() -> SuperSloMo:
    """Two channels wide; flow of some pixels, corrections and visibility that matter."""
    torch.manual_seed(3)
    networks = SuperSloMo(width=2).eval()
    with torch.no_grad():
        for network, scale in ((networks.flow, 30.0), (networks.synthesis, 6.0)):
            network.conv3.weight *= scale
            network.conv3.bias.copy_(scale * torch.linspace(-0.15, 0.15, len(network.conv3.bias)))
    return networks


@pytest.fixture(scope="session")
def checkpoint(networks, tmp_path_factory):
    """Their checkpoint."""
    path = tmp_path_factory.mktemp("weights") / "small.ckpt"
    save_networks(networks, path)
    return path
