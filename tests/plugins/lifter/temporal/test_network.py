"""The network of the temporal lifter, and reading it from a file."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from framework.errors import BackendError
from framework.plugins.lifter.temporal.network import (
    GROUP,
    ResidualBlock,
    TemporalNetwork,
    detector_3d_features,
    load_network,
    normalise,
)

FRAMES = 9 * GROUP


def windows(seed=0, count=2):
    """Keypoints, scores and a detector's 3D with random missing joints and frames."""
    draw = torch.Generator().manual_seed(seed)
    keypoints = torch.randn(count, FRAMES, 17, 2, generator=draw)
    scores = torch.rand(count, FRAMES, 17, generator=draw)
    scores[torch.rand(scores.shape, generator=draw) < 0.2] = 0
    points = torch.randn(count, FRAMES, 17, 3, generator=draw)
    points[:, 5] = torch.nan
    return keypoints, scores, points


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    built = TemporalNetwork(channels=16, hidden=24, dilations=(1, 2))
    torch.nn.init.normal_(built.opinion.weight, std=0.1)
    return built.eval()


def test_a_block_is_a_convolution_with_repeated_edges():
    """The same as nn.Conv1d with replicate padding."""
    torch.manual_seed(1)
    block = ResidualBlock(4, 6, dilation=2)
    tokens = torch.randn(3, 11, 4)
    convolution = torch.nn.Conv1d(4, 6, 3, dilation=2, padding=2, padding_mode="replicate")
    weight = block.mix.weight.detach().reshape(6, 3, 4).transpose(1, 2)
    convolution.load_state_dict({"weight": weight, "bias": block.mix.bias.detach()})
    mixed = convolution(block.norm(tokens).transpose(1, 2)).transpose(1, 2)
    expected = tokens + block.project(torch.nn.functional.gelu(mixed))
    torch.testing.assert_close(block(tokens), expected, atol=1e-5, rtol=0)


@settings(deadline=None, max_examples=20)
@given(scale=st.floats(0.01, 1000), x=st.floats(-1000, 1000), seed=st.integers(0, 100))
def test_position_and_unit_of_the_2d_do_not_matter(network, scale, x, seed):
    keypoints, scores, points = (part.double() for part in windows(seed))
    moved = scale * (keypoints + torch.tensor([x, -x / 2]))
    with torch.inference_mode():
        one, other = (network(part, scores.float(), points) for part in (keypoints, moved))
    torch.testing.assert_close(one[0], other[0], atol=2e-2, rtol=0)


def test_missing_joints_are_ignored(network):
    keypoints, scores, points = windows()
    other = torch.where((scores > 0)[..., None], keypoints, torch.tensor(1e4))
    with torch.inference_mode():
        for one, two in zip(
            network(keypoints, scores, points), network(other, scores, points), strict=True
        ):
            torch.testing.assert_close(one, two)


def test_the_pelvis_is_the_origin_and_the_3d_of_a_detector_counts(network):
    keypoints, scores, points = windows()
    with torch.inference_mode():
        joints, spread = network(keypoints, scores, points)
        without, _ = network(keypoints, scores)
        none, _ = network(keypoints, scores, torch.full_like(points, torch.nan))
    assert joints.shape == (2, FRAMES, 17, 3) and spread.shape == (2, FRAMES, 17)
    assert (joints[:, :, 0] == 0).all()
    assert (joints - without).abs().max() > 1e-3
    torch.testing.assert_close(none, without)  # the embedding has no bias


def test_the_uncertainty_does_not_train_the_joints(network):
    keypoints, scores, _ = windows()
    _, spread = network(keypoints, scores)
    torch.nn.init.normal_(network.spread.weight)
    _, spread = network(keypoints, scores)
    (slope,) = torch.autograd.grad(spread.sum(), network.norm.weight, allow_unused=True)
    assert slope is None
    torch.nn.init.zeros_(network.spread.weight)


def test_a_new_network_states_fourteen_centimetres():
    _, spread = TemporalNetwork(channels=8, hidden=8, dilations=(1,))(*windows()[:2])
    torch.testing.assert_close(spread, torch.full_like(spread, math.log(0.1353)), atol=1e-3, rtol=0)


def test_features_of_missing_people_are_zero():
    keypoints, scores, points = windows()
    scores[:, 3] = 0
    features = normalise(keypoints, scores)
    assert (features[:, 3] == 0).all() and features[:, 4].any()
    shapes = detector_3d_features(points)
    assert shapes.shape == (2, FRAMES, 52)
    assert (shapes[:, 5] == 0).all() and (shapes[:, 6, -1] == 1).all()


def test_features_of_3d_do_not_depend_on_origin_and_scale():
    _, _, points = windows()
    moved = 7 * points + torch.tensor([1.0, -2.0, 30.0])
    torch.testing.assert_close(
        detector_3d_features(points), detector_3d_features(moved), atol=1e-4, rtol=0
    )


def test_the_size_of_a_network_follows_from_its_file(network, tmp_path):
    path = tmp_path / "small.safetensors"
    save_file({name: part.half() for name, part in network.state_dict().items()}, path)
    again = load_network(path)
    assert not again.training
    with torch.inference_mode():
        one, other = (each(*windows())[0].numpy() for each in (network, again))
    np.testing.assert_allclose(one, other, atol=5e-3)


def test_a_file_without_a_tensor_is_refused(network, tmp_path):
    path = tmp_path / "part.safetensors"
    state = dict(network.state_dict())
    del state["spread.bias"]
    save_file(state, path)
    with pytest.raises(BackendError, match=r"part\.safetensors does not hold the weights"):
        load_network(path)
