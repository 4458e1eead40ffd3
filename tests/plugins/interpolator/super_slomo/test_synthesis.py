"""The networks and the equations against slow ones, written from the paper, pixel by pixel."""

import numpy as np
import pytest
import torch

from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig
from framework.plugins.interpolator.super_slomo.super_slomo import SuperSloMoInterpolator
from framework.plugins.interpolator.super_slomo.synthesis import estimate_flow, synthesize, warp
from framework.stages import Runtime

SIZE = (32, 64)


def slow_warp(image, flow):
    """(C, H, W) read at (2, H, W), one pixel at a time."""
    _, height, width = image.shape
    result = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            # x runs from -1 to 1 over W pixels when it is set, over W - 1 when it is read.
            x = (column + flow[0, row, column]) * (width - 1) / width
            y = (row + flow[1, row, column]) * (height - 1) / height
            left, top = int(np.floor(x)), int(np.floor(y))
            for j, part_y in ((top, top + 1 - y), (top + 1, y - top)):
                for i, part_x in ((left, left + 1 - x), (left + 1, x - left)):
                    if 0 <= j < height and 0 <= i < width:
                        result[:, row, column] += part_y * part_x * image[:, j, i]
    return result


def slow_conv(x, weights, name):
    """One sum for each place of the kernel, then the leaky rectifier."""
    kernel, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    _, _, high, wide = kernel.shape
    padded = np.pad(x, ((0, 0), (high // 2, high // 2), (wide // 2, wide // 2)))
    result = np.zeros((len(kernel), *x.shape[1:])) + bias[:, None, None]
    for j in range(high):
        for i in range(wide):
            seen = padded[:, j : j + x.shape[1], i : i + x.shape[2]]
            result += np.tensordot(kernel[:, :, j, i], seen, 1)
    return np.where(result > 0, result, 0.1 * result)


def halved(x):
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4


def doubled(x):
    """Each pixel's four children lie a quarter of a pixel from its centre."""
    for axis in (1, 2):
        length = x.shape[axis]
        before = np.take(x, np.maximum(np.arange(length) - 1, 0), axis)
        after = np.take(x, np.minimum(np.arange(length) + 1, length - 1), axis)
        pairs = np.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
        x = pairs.reshape(*x.shape[:axis], 2 * length, *x.shape[axis + 1 :])
    return x


def slow_unet(x, weights):
    x = slow_conv(slow_conv(x, weights, "conv1"), weights, "conv2")
    skips = []
    for level in range(1, 6):
        skips.append(x)
        x = slow_conv(halved(x), weights, f"down{level}.conv1")
        x = slow_conv(x, weights, f"down{level}.conv2")
    for level in range(1, 6):
        x = slow_conv(doubled(x), weights, f"up{level}.conv1")
        x = slow_conv(np.concatenate([x, skips.pop()]), weights, f"up{level}.conv2")
    return slow_conv(x, weights, "conv3")


def slow_synthesis(networks, first, second, t):
    """Equations 1, 4 and 5 of the paper."""
    flow_weights, synthesis_weights = (
        {name: value.double().numpy() for name, value in network.state_dict().items()}
        for network in (networks.flow, networks.synthesis)
    )
    both = slow_unet(np.concatenate([first, second]), flow_weights)
    f01, f10 = both[:2], both[2:]
    ft0 = -(1 - t) * t * f01 + t**2 * f10
    ft1 = (1 - t) ** 2 * f01 - t * (1 - t) * f10
    inputs = [first, second, f01, f10, ft1, ft0, slow_warp(second, ft1), slow_warp(first, ft0)]
    output = slow_unet(np.concatenate(inputs), synthesis_weights)
    v0 = 1 / (1 + np.exp(-output[4]))
    one = (1 - t) * v0 * slow_warp(first, ft0 + output[:2])
    two = t * (1 - v0) * slow_warp(second, ft1 + output[2:4])
    return (one + two) / ((1 - t) * v0 + t * (1 - v0)), both


@pytest.fixture(scope="module")
def pair():
    random = np.random.default_rng(1)
    return random.uniform(-0.4, 0.6, (2, 3, *SIZE))


@pytest.mark.parametrize("t", [0.125, 0.5, 0.8])
def test_an_intermediate_frame_is_that_of_the_slow_formulation(networks, pair, t):
    wanted, motion = slow_synthesis(networks, *pair, t)
    assert np.abs(motion).max() > 3 and np.ptp(wanted) > 0.3  # or nothing would be compared
    first, second = torch.from_numpy(pair).float()[:, None]
    with torch.inference_mode():
        known = estimate_flow(networks, first, second)
        interpolated = synthesize(networks, first, second, known, torch.tensor([t])).frame[0]
    np.testing.assert_allclose(known[0].numpy(), motion, atol=1e-4)
    np.testing.assert_allclose(interpolated.numpy(), wanted, atol=1e-4)


def test_bytes_become_bytes_as_the_slow_formulation_says(networks, checkpoint):
    images = np.random.default_rng(4).integers(0, 256, (2, *SIZE, 3), np.uint8)
    mean = np.array([0.429, 0.431, 0.397])
    pair = (images / 255 - mean).transpose(0, 3, 1, 2)
    config = SuperSloMoConfig(checkpoint=checkpoint)
    with SuperSloMoInterpolator(config, Runtime(threads=1)) as stage:
        interpolated = stage.interpolate(*images, 4)
    for image, t in zip(interpolated, (0.25, 0.5, 0.75), strict=True):
        wanted = slow_synthesis(networks, *pair, t)[0].transpose(1, 2, 0) + mean
        np.testing.assert_allclose(image, wanted.clip(0, 1) * 255, atol=0.55)


def test_warping_reads_where_the_flow_points(pair):
    motion = np.random.default_rng(2).normal(0, 6, (2, *SIZE))
    moved = warp(*(torch.from_numpy(part).float()[None] for part in (pair[0], motion)))[0]
    np.testing.assert_allclose(moved.numpy(), slow_warp(pair[0], motion), atol=1e-5)


def test_the_first_frame_is_read_where_nothing_moves_but_for_the_grids_shrinking(pair):
    still = warp(torch.from_numpy(pair[:1]), torch.zeros(1, 2, *SIZE, dtype=torch.float64))
    np.testing.assert_allclose(still[0, :, 0, 0], pair[0][:, 0, 0], atol=1e-12)


def test_several_times_at_once_are_those_one_by_one(networks, pair):
    first, second = torch.from_numpy(pair).float()[:, None]
    times = torch.tensor([0.25, 0.5, 0.75])
    with torch.inference_mode():
        known = estimate_flow(networks, first, second)
        together = synthesize(networks, first, second, known, times)
        for row, time in enumerate(times):
            alone = synthesize(networks, first, second, known, time[None])
            torch.testing.assert_close(together.frame[row], alone.frame[0])
