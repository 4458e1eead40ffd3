"""The networks and their checkpoints, published and own."""

import datetime
import os

import pytest
import torch

from framework.errors import BackendError
from framework.plugins.interpolator.super_slomo.network import (
    SuperSloMo,
    load_networks,
    save_networks,
)


def test_the_networks_have_the_published_shapes():
    networks = SuperSloMo()
    shapes = {name: tuple(value.shape) for name, value in networks.flow.state_dict().items()}
    assert len(shapes) == len(networks.synthesis.state_dict()) == 46
    assert shapes["conv1.weight"] == (32, 6, 7, 7)
    assert shapes["down1.conv1.weight"] == (64, 32, 5, 5)
    assert shapes["down5.conv2.weight"] == (512, 512, 3, 3)
    assert shapes["up1.conv2.weight"] == (512, 1024, 3, 3)
    assert shapes["up2.conv1.weight"] == shapes["up2.conv2.weight"] == (256, 512, 3, 3)
    assert shapes["up5.conv1.weight"] == (32, 64, 3, 3)
    assert shapes["conv3.weight"] == (4, 32, 3, 3)
    counts = [sum(p.numel() for p in n.parameters()) for n in networks.children()]
    assert counts == [19_794_116, 19_816_357]


def test_a_checkpoint_with_a_date_and_losses_in_it_is_read(networks, checkpoint, tmp_path):
    published = {
        **torch.load(checkpoint, weights_only=True),
        "Detail": "End to end training",
        "timestamp": datetime.datetime(2018, 9, 1, 12, 30, tzinfo=None),
        "valPSNR": [[29.7, 29.8]],
    }
    torch.save(published, tmp_path / "SuperSloMo.ckpt")
    loaded = load_networks(tmp_path / "SuperSloMo.ckpt")
    for name, value in networks.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)


def test_a_checkpoint_that_wants_to_run_something_is_refused(tmp_path):
    class Enemy:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'ran'}",)

    torch.save({"state_dictFC": {"conv1.weight": Enemy()}}, tmp_path / "enemy.ckpt")
    with pytest.raises(BackendError, match="asks to run"):
        load_networks(tmp_path / "enemy.ckpt")
    assert not (tmp_path / "ran").exists()


def test_other_networks_are_named_by_what_is_wrong(checkpoint, tmp_path):
    parts = torch.load(checkpoint, weights_only=True)
    parts["state_dictAT"] = dict(parts["state_dictAT"])
    del parts["state_dictAT"]["up3.conv1.bias"]
    torch.save(parts, tmp_path / "half.ckpt")
    with pytest.raises(BackendError, match=r"up3\.conv1\.bias is missing where \(8,\) is expected"):
        load_networks(tmp_path / "half.ckpt")
    del parts["state_dictAT"]
    torch.save(parts, tmp_path / "one.ckpt")
    with pytest.raises(BackendError, match="no state dict"):
        load_networks(tmp_path / "one.ckpt")


def test_a_saved_checkpoint_has_the_keys_of_the_published_one_and_comes_back(tmp_path):
    torch.manual_seed(5)
    networks = SuperSloMo(width=3)
    save_networks(networks, tmp_path / "own.ckpt")
    assert set(torch.load(tmp_path / "own.ckpt", weights_only=True)) == {
        "state_dictFC",
        "state_dictAT",
    }
    loaded = load_networks(tmp_path / "own.ckpt")
    assert not loaded.training
    for name, value in networks.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)
