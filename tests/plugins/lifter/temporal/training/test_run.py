"""A whole training run, small: it learns, resumes, and leaves weights and a card."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from framework.errors import ConfigurationError
from framework.lab.motion.sources import Kind, MotionSource
from framework.plugins.lifter.temporal.network import load_network
from framework.plugins.lifter.temporal.training.config import TrainConfig
from framework.plugins.lifter.temporal.training.loop import Schedule
from framework.plugins.lifter.temporal.training.recipe import Recipe
from framework.plugins.lifter.temporal.training.run import train

NETWORK = {
    "_target_": "framework.plugins.lifter.temporal.network.TemporalNetwork",
    "channels": 32,
    "hidden": 32,
    "dilations": [1, 3],
}


@pytest.fixture
def config(tmp_path, packed):
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"splits": {"train": {"anna": 1}, "validation": {"ben": 1}}}))

    def build(output, steps, **schedule):
        return TrainConfig(
            output=str(tmp_path / output),
            motion=[MotionSource(path=str(packed), licence="none")],
            split=str(split),
            network=NETWORK,
            recipe=Recipe(windows=8, frames=27),
            schedule=Schedule(steps=steps, warmup=5, decay=2, validate_every=3, **schedule),
            threads=1,
        )

    return build


def rows(config):
    with Path(config.output, "log.csv").open(newline="") as file:
        return [
            {key: value for key, value in row.items() if key != "minutes"}
            for row in csv.DictReader(file)
        ]


def test_a_resumed_run_equals_an_uninterrupted_one(config, monkeypatch):
    whole = config("whole", 8, save_every=4)
    train(whole)

    broken = config("broken", 8, save_every=4)
    with monkeypatch.context() as patch:
        patch.setattr(
            "framework.plugins.lifter.temporal.training.loop.random_generator", _power_cut_at(6)
        )
        patch.setattr("framework.plugins.lifter.temporal.training.loop.make_batch", _unless_cut)
        with pytest.raises(KeyboardInterrupt):
            train(broken)
    train(broken)

    one, other = (torch.load(f"{c.output}/last.pt", weights_only=True) for c in (whole, broken))
    assert one["step"] == other["step"] == 8
    for name, tensor in one["network"].items():
        assert torch.equal(tensor, other["network"][name]), name
    for name, tensor in one["averaged"].items():
        assert torch.equal(tensor, other["averaged"][name]), name
    assert rows(whole) == rows(broken)


def _power_cut_at(step):
    from framework.lab.motion.windows import random_generator

    return lambda seed, now: None if now == step else random_generator(seed, now)


def _unless_cut(library, recipe, random, detector_errors):
    from framework.plugins.lifter.temporal.training.recipe import make_batch

    if random is None:
        raise KeyboardInterrupt
    return make_batch(library, recipe, random, detector_errors)


def test_a_run_learns_and_leaves_weights_that_the_lifter_reads(config):
    schedule = Schedule(steps=90, warmup=5, decay=40, validate_every=10, rate=1e-2)
    learning = replace(config("learning", 90), schedule=schedule)
    train(learning)
    errors = [float(row["mpjpe_clean"]) for row in rows(learning)]
    assert errors[-1] < 0.65 * errors[0]

    weights = Path(learning.output, "temporal.safetensors")
    assert weights.stat().st_mode == Path(learning.output, "log.csv").stat().st_mode
    network = load_network(weights)
    kept = torch.load(f"{learning.output}/last.pt", weights_only=True)["averaged"]
    scale = float(rows(learning)[-1]["spread_scale"])
    kept["spread.bias"] += float(np.log(scale))
    torch.testing.assert_close(network.state_dict(), kept, atol=5e-3, rtol=5e-3)
    card = Path(learning.output, "temporal.md").read_text(encoding="utf-8")
    assert "| packed.npz | none | 1 |" in card
    assert f"{errors[-1]:.1f}" in card


def test_tensorboard_has_the_values_of_the_log(config):
    pytest.importorskip("tensorboard", reason="TensorBoard is an extra")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    watched = replace(config("watched", 6), tensorboard=True)
    train(watched)
    board = EventAccumulator(f"{watched.output}/tensorboard").Reload()
    shown = {event.step: event.value for event in board.Scalars("mpjpe_clean")}
    assert shown == pytest.approx({int(r["step"]): float(r["mpjpe_clean"]) for r in rows(watched)})


def test_a_longer_schedule_goes_on_from_the_same_checkpoint(config):
    train(config("run", 4))
    train(config("run", 6))
    assert [row["step"] for row in rows(config("run", 6))] == ["3", "4", "6"]


def test_motion_that_is_not_there_is_named(config):
    lost = replace(config("lost", 4), motion=[MotionSource(path="/nowhere/*.npz")])
    with pytest.raises(ConfigurationError, match=r"no file matches /nowhere/\*\.npz"):
        train(lost)


def test_bvh_recordings_are_trained_on_beside_packed_ones(config, shared_data):
    mixed = config("mixed", 3)
    source = MotionSource(
        path=f"{shared_data}/mocap/permissive/bvh/cmu_motionbuilder_*.bvh",
        kind=Kind.bvh,
        rig="cmu_motionbuilder",
        subject="anna",
    )
    mixed = replace(mixed, motion=[*mixed.motion, source])
    train(mixed)
    card = Path(mixed.output, "temporal.md").read_text(encoding="utf-8")
    assert "| cmu_motionbuilder_12_01_walk.bvh |" in card


def test_a_bvh_without_a_rig_is_refused(config, shared_data):
    source = MotionSource(path=f"{shared_data}/mocap/permissive/bvh/*.bvh", kind=Kind.bvh)
    bare = replace(config("bare", 3), motion=[source])
    with pytest.raises(ConfigurationError, match="needs a rig and a subject"):
        train(bare)
