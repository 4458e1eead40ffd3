"""The stage: weights of friends and strangers, any size of picture, any number of frames."""

import datetime
import os

import numpy as np
import pytest
import torch

from framework.errors import BackendError, ConfigurationError, StageError
from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig
from framework.plugins.interpolator.super_slomo.network import SuperSloMo, load_networks
from framework.plugins.interpolator.super_slomo.super_slomo import SuperSloMoInterpolator
from framework.plugins.interpolator.super_slomo.tiles import split_into_tiles
from framework.stages import Runtime


def stage(checkpoint, **options) -> SuperSloMoInterpolator:
    return SuperSloMoInterpolator(SuperSloMoConfig(checkpoint=checkpoint, **options), Runtime(threads=1))


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(0).integers(0, 256, (2, 50, 70, 3), np.uint8)


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


def test_a_missing_checkpoint_is_one_clear_error(tmp_path):
    with pytest.raises(BackendError, match="there is no file"), stage(tmp_path / "none.ckpt"):
        pass


@pytest.mark.parametrize("factor", [2, 3, 8])
def test_n_frames_become_n_minus_1_times_the_factor_plus_1(checkpoint, flying, run_through, factor):
    frames = flying(np.arange(4) / 10)
    with stage(checkpoint, factor=factor, batch_size=3) as interpolator:
        out = run_through(interpolator, frames)
    assert len(out) == 3 * factor + 1
    np.testing.assert_array_equal(out.images[out.is_source], frames.images)
    np.testing.assert_allclose(np.diff(out.time_s), 0.1 / factor)


def test_the_batch_size_changes_nothing(checkpoint, pictures):
    answers = []
    for batch_size in (1, 2, 7):
        with stage(checkpoint, batch_size=batch_size) as interpolator:
            answers.append(interpolator.interpolate(*pictures, 6).astype(int))
    assert all(np.abs(answer - answers[0]).max() <= 1 for answer in answers)


def test_what_is_brighter_than_white_stays_white(tmp_path):
    # The networks may overshoot, and as bytes 256 would be black.
    torch.manual_seed(0)
    networks = SuperSloMo(width=2)
    parts = {"state_dictFC": networks.flow, "state_dictAT": networks.synthesis}
    torch.save({key: part.state_dict() for key, part in parts.items()}, tmp_path / "any.ckpt")
    white = np.full((64, 64, 3), 255, np.uint8)
    with stage(tmp_path / "any.ckpt") as interpolator:
        made = interpolator.interpolate(white, white, 2)
    assert made[0, :60, :60].min() >= 250


@pytest.mark.parametrize("size", [(32, 32), (1088, 1920), (768, 800), (288, 2080)])
def test_the_weights_of_the_tiles_sum_up_to_1_everywhere(size):
    total = np.zeros(size)
    for tile in split_into_tiles(*size, 256):
        assert tile.weight.shape[0] <= 256 and tile.weight.shape[1] <= 256
        assert all(side % 32 == 0 for side in tile.weight.shape)
        total[tile.rows, tile.columns] += tile.weight
    np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.parametrize(("size", "most"), [((480, 864), 1.2), ((1088, 1920), 1.3)])
def test_tiles_repeat_little_more_than_they_overlap(size, most):
    computed = sum(tile.weight.size for tile in split_into_tiles(*size, 768))
    assert computed < most * size[0] * size[1]


def test_flow_is_computed_once_for_a_gap(checkpoint, pictures):
    with stage(checkpoint) as interpolator:
        calls = []
        interpolator._networks.flow.register_forward_hook(lambda *_: calls.append(1))
        interpolator.interpolate(*pictures, 8)
    assert calls == [1]


def test_tiles_show_what_the_whole_picture_would(checkpoint):
    # Smooth, so that the shrinking of the grid, which depends on the size, is small.
    y, x = np.mgrid[:300, :420] / 400
    smooth = np.stack([x, y, (x + y) / 2], -1) * 200
    one, two = smooth.astype(np.uint8), (smooth + 10).astype(np.uint8)
    with stage(checkpoint, tile_px=256) as tiled, stage(checkpoint) as whole:
        apart = tiled.interpolate(one, two, 2).astype(int) - whole.interpolate(one, two, 2)
    inner = apart[:, 16:-16, 16:-16]
    assert np.abs(inner).max() <= 4


def test_it_is_used_in_a_with_block(checkpoint, pictures):
    with pytest.raises(StageError, match="no networks yet"):
        stage(checkpoint).interpolate(*pictures, 2)


@pytest.mark.parametrize("options", [{"tile_px": 100}, {"tile_px": 300}, {"batch_size": 0}])
def test_values_out_of_range_are_refused(options):
    with pytest.raises(ConfigurationError, match=f"interpolator.{next(iter(options))} is"):
        SuperSloMoConfig(**options)


@pytest.mark.gpu
def test_the_gpu_answers_as_the_cpu(checkpoint, pictures):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    runtime = Runtime(device="cuda")
    config = SuperSloMoConfig(checkpoint=checkpoint)
    with SuperSloMoInterpolator(config, runtime) as gpu, stage(checkpoint) as cpu:
        apart = gpu.interpolate(*pictures, 4).astype(int) - cpu.interpolate(*pictures, 4)
    assert np.abs(apart).max() <= 1
