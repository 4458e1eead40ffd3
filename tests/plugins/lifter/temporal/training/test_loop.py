"""Learning rates, averaged weights, and files of the training loop."""

import math

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from framework.errors import ConfigurationError
from framework.lab.motion.windows import Library
from framework.plugins.lifter.temporal.network import TemporalNetwork
from framework.plugins.lifter.temporal.training.loop import (
    LifterTrainer,
    Schedule,
    save_checkpoint,
    save_weights,
)
from framework.plugins.lifter.temporal.training.recipe import Recipe


def test_the_rate_rises_stays_and_falls_to_zero():
    schedule = Schedule(steps=100, warmup=10, decay=20)
    assert schedule.factor(0) == pytest.approx(0.1)
    assert [schedule.factor(step) for step in (9, 50, 80)] == [1, 1, 1]
    assert schedule.factor(90) == pytest.approx(0.5)
    assert schedule.factor(100) == 0


@pytest.mark.parametrize("wrong", [{"validate_every": 0}, {"rate": -1.0}, {"average": 1.5}])
def test_values_that_are_not_allowed_are_refused(wrong):
    with pytest.raises(ConfigurationError, match=f"^{next(iter(wrong))} is .*, but must be"):
        Schedule(**wrong)


@pytest.fixture
def trainer(person):
    def build(**schedule):
        torch.manual_seed(0)
        return LifterTrainer(
            TemporalNetwork(channels=16, hidden=16, dilations=(1,)),
            Library.of([(person, 1.0)]),
            Recipe(windows=4, frames=9),
            Schedule(steps=10, warmup=2, decay=2, **schedule),
        )

    return build


def test_muon_trains_the_matrices_of_blocks_and_adamw_the_rest(trainer):
    built = trainer()
    muon, adamw = ([p.shape for g in o.param_groups for p in g["params"]] for o in built.optimizers)
    assert sorted(muon) == [(16, 16), (16, 48)]
    assert len(muon) + len(adamw) == len(list(built.network.parameters()))


def test_the_average_follows_the_weights_quickly_at_first(trainer):
    built = trainer()
    before = built.averaged.joints.weight.clone()
    built.train_step()
    new = built.network.joints.weight
    expected = before.lerp(new, 1 - 1 / 10)
    torch.testing.assert_close(built.averaged.joints.weight, expected)


def test_the_mean_distance_starts_anew_after_each_call(trainer):
    built = trainer()
    built.train_step()
    assert built.mean_distance() > 0.05
    assert built.mean_distance() == 0


def test_the_names_in_a_checkpoint_stay(trainer):
    """Files of earlier versions have these; new code must be able to resume them."""
    state = trainer().state()
    assert set(state) == {
        *("step", "seconds", "distances", "seed"),
        *("network", "averaged", "optimizers"),
    }
    layers = {name.partition(".")[0] for name in state["network"]}
    assert layers == {
        *("dilations", "embed", "blocks", "norm", "joints", "doubt", "spread", "opinion"),
    }


def test_a_restored_trainer_takes_the_same_step(trainer, tmp_path):
    whole, resumed = trainer(), trainer()
    whole.train_step()
    save_checkpoint(whole.state(), tmp_path / "last.pt")
    whole.train_step()
    resumed.restore(torch.load(tmp_path / "last.pt", weights_only=True))
    resumed.train_step()
    assert resumed.step == whole.step == 2
    for one, other in zip(whole.network.parameters(), resumed.network.parameters(), strict=True):
        assert torch.equal(one, other)
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_the_scale_of_the_uncertainty_is_saved_in_the_bias(tmp_path):
    network = nn.Module()
    network.spread = nn.Linear(2, 3)
    save_weights(network, 2.0, tmp_path / "weights.safetensors")
    saved = load_file(tmp_path / "weights.safetensors")
    expected = network.spread.bias + math.log(2)
    assert saved["spread.bias"].dtype == torch.float16
    torch.testing.assert_close(saved["spread.bias"].float(), expected, atol=1e-3, rtol=1e-3)
