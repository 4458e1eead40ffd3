"""The stage: frames of any size, any number of interpolated frames, in tiles and batches."""

import numpy as np
import pytest
import torch

from framework.errors import BackendError, StageError
from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig
from framework.plugins.interpolator.super_slomo.network import SuperSloMo
from framework.plugins.interpolator.super_slomo.super_slomo import (
    SuperSloMoInterpolator,
    from_network,
    to_network,
)
from framework.stages import Runtime


def stage(checkpoint, **options) -> SuperSloMoInterpolator:
    return SuperSloMoInterpolator(
        SuperSloMoConfig(checkpoint=checkpoint, **options), Runtime(threads=1)
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (2, 50, 70, 3), np.uint8)


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


def test_the_batch_size_changes_nothing(checkpoint, images):
    answers = []
    for batch_size in (1, 2, 7):
        with stage(checkpoint, batch_size=batch_size) as interpolator:
            answers.append(interpolator.interpolate(*images, 6).astype(int))
    assert all(np.abs(answer - answers[0]).max() <= 1 for answer in answers)


def test_values_above_white_stay_white(tmp_path):
    # The networks may exceed 1, and 256 as a byte would be black.
    torch.manual_seed(0)
    networks = SuperSloMo(width=2)
    parts = {"state_dictFC": networks.flow, "state_dictAT": networks.synthesis}
    torch.save({key: part.state_dict() for key, part in parts.items()}, tmp_path / "any.ckpt")
    white = np.full((64, 64, 3), 255, np.uint8)
    with stage(tmp_path / "any.ckpt") as interpolator:
        interpolated = interpolator.interpolate(white, white, 2)
    assert interpolated[0, :60, :60].min() >= 250


def test_flow_is_computed_once_for_a_gap(checkpoint, images):
    with stage(checkpoint) as interpolator:
        calls = []
        interpolator._networks.flow.register_forward_hook(lambda *_: calls.append(1))
        interpolator.interpolate(*images, 8)
    assert calls == [1]


def test_tiles_show_what_the_whole_frame_would(checkpoint):
    # Smooth, so that the shrinking of the grid, which depends on the size, is small.
    y, x = np.mgrid[:300, :420] / 400
    smooth = np.stack([x, y, (x + y) / 2], -1) * 200
    one, two = smooth.astype(np.uint8), (smooth + 10).astype(np.uint8)
    with stage(checkpoint, tile_px=256) as tiled, stage(checkpoint) as whole:
        apart = tiled.interpolate(one, two, 2).astype(int) - whole.interpolate(one, two, 2)
    inner = apart[:, 16:-16, 16:-16]
    assert np.abs(inner).max() <= 4


def test_it_must_be_opened_first(checkpoint, images):
    with pytest.raises(StageError, match="interpolator 'super_slomo' is not open"):
        stage(checkpoint).interpolate(*images, 2)


@pytest.mark.gpu
def test_the_gpu_gives_the_frames_of_the_cpu(checkpoint, images):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    runtime = Runtime(device="cuda")
    config = SuperSloMoConfig(checkpoint=checkpoint)
    with SuperSloMoInterpolator(config, runtime) as gpu, stage(checkpoint) as cpu:
        apart = gpu.interpolate(*images, 4).astype(int) - cpu.interpolate(*images, 4)
    assert np.abs(apart).max() <= 1


def test_the_number_of_threads_is_granted_and_given_back(checkpoint, images):
    before, used = torch.get_num_threads(), []
    runtime = Runtime(threads=before + 1, device="cpu")
    with SuperSloMoInterpolator(SuperSloMoConfig(checkpoint=checkpoint), runtime) as interpolator:
        hook = lambda *_: used.append(torch.get_num_threads())  # noqa: E731
        interpolator._networks.flow.register_forward_hook(hook)
        interpolator.interpolate(*images, 2)
    assert used == [before + 1]
    assert torch.get_num_threads() == before


def test_bytes_become_network_input_and_back(images):
    tensor = to_network(images, "cpu")
    assert tensor.shape == (2, 3, 50, 70)
    assert tensor[0, :, 3, 5].numpy() == pytest.approx(
        images[0, 3, 5] / 255 - np.array([0.429, 0.431, 0.397]), abs=1e-6
    )
    back = from_network(tensor + torch.tensor([2.0, 0, -2.0])[:, None, None])
    assert (back[..., 0] == 1).all() and (back[..., 2] == 0).all()
    np.testing.assert_allclose(back[..., 1] * 255, images[..., 1], atol=1e-3)
