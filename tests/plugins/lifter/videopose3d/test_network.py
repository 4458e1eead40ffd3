"""The network against a slow forward pass in plain loops, and errors of wrong files."""

from pathlib import Path

import numpy as np
import pytest
import torch

from framework.errors import BackendError
from framework.plugins.lifter.videopose3d.network import VideoPose3DArchitecture, build_network

HERE = Path("file.bin")


def slow_forward(tensors, frames, *, causal):
    """(T, F) -> (T - R + 1, J, 3), one output sample at a time, from the published tables."""
    t = {name: tensor.numpy().astype(np.float64) for name, tensor in tensors.items()}

    def normalise(name, row):
        variance = t[f"{name}.running_var"] + 1e-5
        row = (row - t[f"{name}.running_mean"]) / np.sqrt(variance)
        return np.maximum(row * t[f"{name}.weight"] + t[f"{name}.bias"], 0)

    def convolve(name, rows, start, step):
        weight = t[f"{name}.weight"]
        total = np.zeros(weight.shape[0])
        for tap in range(weight.shape[2]):
            total += weight[:, :, tap] @ rows[start + tap * step]
        return total

    width = t["expand_conv.weight"].shape[2]
    rows = [
        normalise("expand_bn", convolve("expand_conv", frames, start, 1))
        for start in range(len(frames) - width + 1)
    ]
    step = width
    for block in range(sum(name.startswith("layers_conv") for name in t) // 2):
        wide, narrow = f"layers_conv.{2 * block}", f"layers_conv.{2 * block + 1}"
        width = t[f"{wide}.weight"].shape[2]
        centre = (width - 1) * step // 2
        shift = (width // 2) * step if causal else 0
        after = []
        for start in range(len(rows) - (width - 1) * step):
            hidden = normalise(f"layers_bn.{2 * block}", convolve(wide, rows, start, step))
            hidden = normalise(f"layers_bn.{2 * block + 1}", convolve(narrow, [hidden], 0, 1))
            after.append(hidden + rows[start + centre + shift])
        rows, step = after, step * width
    answers = [convolve("shrink", [row], 0, 1) + t["shrink.bias"] for row in rows]
    return np.array(answers).reshape(len(answers), -1, 3)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("inputs", [34, 51])
@pytest.mark.parametrize("widths", [(3,), (3, 3, 3), (3, 5, 7), (5, 3), (3, 3, 3, 3, 3)])
def test_equals_the_slow_forward_pass(make_weights, widths, inputs, causal):
    tensors = make_weights(widths, inputs=inputs)
    architecture, network = build_network(tensors, HERE, causal=causal)
    count = architecture.receptive_field + 4
    frames = np.random.default_rng(1).normal(size=(count, inputs)).astype(np.float32)
    with torch.inference_mode():
        fast = network(torch.from_numpy(frames)[None])[0].numpy()
    slow = slow_forward(tensors, frames, causal=causal)
    assert fast.shape == (5, 17, 3)
    assert np.abs(slow).max() > 0.1
    np.testing.assert_allclose(fast, slow, atol=1e-4)


@pytest.mark.parametrize(
    ("widths", "inputs", "field", "parameters"),
    [
        ((3, 3, 3), 34, 27, 8_555_571),
        ((3, 3, 3, 3), 34, 81, 12_753_971),
        ((3, 3, 3, 3, 3), 34, 243, 16_952_371),
        ((3, 3, 3, 3, 3), 51, 243, 17_004_595),
        ((3, 3, 7), 34, 63, 12_749_875),
        ((3, 5, 5), 34, 75, 12_749_875),
    ],
)
def test_has_the_published_size(widths, inputs, field, parameters):
    published = VideoPose3DArchitecture(
        widths=widths, channels=1024, in_features=inputs, out_joints=17
    )
    shapes = published.shapes()
    learned = [np.prod(shape) for name, shape in shapes.items() if "running" not in name]
    assert published.receptive_field == field
    assert sum(learned) == parameters
    empty = {name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}
    assert VideoPose3DArchitecture.of(empty, HERE) == published


def test_counts_of_training_steps_may_be_missing(make_weights):
    tensors = make_weights()
    old = {name: value for name, value in tensors.items() if "num_batches" not in name}
    assert VideoPose3DArchitecture.of(old, HERE) == VideoPose3DArchitecture.of(tensors, HERE)


def test_building_draws_no_random_numbers(make_weights):
    before = torch.get_rng_state()
    build_network(make_weights(), HERE, causal=False)
    assert torch.equal(before, torch.get_rng_state())


def spoilt(tensors, name, value):
    changed = dict(tensors)
    if value is None:
        del changed[name]
    else:
        changed[name] = value
    return changed


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("layers_bn.1.bias", None, "layers_bn.1.bias is missing"),
        ("layers_bn.9.bias", torch.zeros(12), "layers_bn.9.bias is unknown"),
        ("layers_bn.1.bias", torch.zeros(13), "layers_bn.1.bias is (13,) instead of (12,)"),
        ("layers_conv.2.weight", torch.zeros(12, 12, 4), "width 4 is even"),
        ("layers_conv.1.weight", torch.zeros(12, 12, 3), "is (12, 12, 3) instead of (12, 12, 1)"),
        ("expand_conv.weight", torch.full((12, 34, 3), torch.nan), "not finite numbers"),
        ("expand_conv.weight", None, "it has"),
        ("shrink.bias", None, "it has"),
        ("layers_conv.0.weight", torch.zeros(3), "it has"),
    ],
)
def test_differences_are_readable(make_weights, name, value, said):
    with pytest.raises(BackendError) as caught:
        build_network(spoilt(make_weights(), name, value), HERE, causal=False)
    assert said in str(caught.value)
    assert "file.bin" in caught.value.message
    assert caught.value.hint


def test_a_long_list_of_differences_is_cut(make_weights):
    other = {name.replace("running", "walking"): t for name, t in make_weights().items()}
    with pytest.raises(BackendError, match="and 15 more"):
        build_network(other, HERE, causal=False)
