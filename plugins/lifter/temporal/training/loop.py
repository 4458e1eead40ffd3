"""The training loop: optimisers, averaged weights, checkpoints."""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

from framework.devices import autocast
from framework.lab.motion.windows import Library, random_generator
from framework.options import Options, option

from .detector_errors import DetectorErrors
from .loss import loss_of
from .muon import Muon
from .recipe import Recipe, make_batch


@dataclass(frozen=True, kw_only=True)
class Schedule(Options):
    """Number of steps, learning rates, and what is done how often.

    Attributes:
        steps: in all.
        warmup: steps over which the learning rates rise.
        decay: last steps over which they fall to zero. Between they are constant, so that a run
            can be extended from any checkpoint before the decay.
        rate: learning rate of Muon, for the matrices of the blocks.
        rate_rest: learning rate of AdamW, for all other parameters.
        weight_decay: of both.
        average: decay per step of the exponential average of the weights.
        validate_every, save_every: steps.
    """

    steps: int = option(20_000, "steps in all", low=0)
    warmup: int = option(200, "steps over which the learning rates rise", low=0)
    decay: int = option(3000, "last steps, over which the learning rates fall to zero", low=0)
    rate: float = option(2e-3, "learning rate of Muon, for the matrices of the blocks", low=0)
    rate_rest: float = option(2e-3, "learning rate of AdamW, for all other parameters", low=0)
    weight_decay: float = option(0.01, "weight decay of both optimisers", low=0)
    average: float = option(
        0.997, "decay per step of the exponential average of weights", low=0, high=1
    )
    validate_every: int = option(200, "steps from one validation to the next", low=1)
    save_every: int = option(100, "steps from one checkpoint to the next", low=1)

    def factor(self, step: int) -> float:
        """Factor of the learning rates at a step, 0..1."""
        rise = min(1.0, (step + 1) / max(self.warmup, 1))
        fall = min(1.0, (self.steps - step) / max(self.decay, 1))
        return min(rise, fall)


class LifterTrainer:
    """A network in training, with everything that a checkpoint must hold.

    `Muon` trains the matrices of the blocks, AdamW the rest. Weights are averaged over steps
    (Polyak and Juditsky, 1992), which is the network that is validated and saved.

    Args:
        network: lifts (B, T, 17, 2) keypoints, (B, T, 17) scores and (B, T, 17, 3) detector's 3D
            to what `loss_of` takes.
        library: motion to train on.
        recipe: how batches are made.
        schedule: steps and learning rates.
        detector_errors: of a simulation, or None.
        seed: of all random numbers.
        device: of the network; batches are made on the CPU.
    """

    def __init__(
        self,
        network: nn.Module,
        library: Library,
        recipe: Recipe,
        schedule: Schedule,
        *,
        detector_errors: DetectorErrors | None = None,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        self.network = network.to(device)
        self.averaged = copy.deepcopy(self.network).requires_grad_(False)
        self.library, self.recipe, self.schedule = library, recipe, schedule
        self.detector_errors = detector_errors
        self.seed, self.device, self.step = seed, torch.device(device), 0
        self.seconds, self.distances = 0.0, list[float]()
        # Muon orthogonalises matrices, which is of no use for embeddings, biases and norms.
        inner = [p for n, p in network.named_parameters() if "blocks" in n and p.ndim == 2]
        rest = [p for n, p in network.named_parameters() if not ("blocks" in n and p.ndim == 2)]
        decay = schedule.weight_decay
        self.optimizers: list[torch.optim.Optimizer] = [
            Muon(inner, lr=schedule.rate, weight_decay=decay),
            torch.optim.AdamW(rest, lr=schedule.rate_rest, weight_decay=decay, betas=(0.9, 0.98)),
        ]

    def train_step(self) -> None:
        """Take one step."""
        began = time.monotonic()
        # A generator per step, not per run: a resumed run draws the same batches.
        random = random_generator(self.seed, self.step)
        batch = make_batch(self.library, self.recipe, random, self.detector_errors)
        keypoints, scores, detector_3d, truth = (part.to(self.device) for part in batch)
        factor = self.schedule.factor(self.step)
        rates = (self.schedule.rate, self.schedule.rate_rest)
        for optimizer, rate in zip(self.optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = factor * rate
            optimizer.zero_grad()
        # The network's outputs and the loss are float32.
        with autocast(self.device.type):
            joints, spread = self.network(keypoints, scores, detector_3d)
        loss, distance = loss_of(joints, spread, truth)
        loss.backward()  # type: ignore[no-untyped-call]
        # Clipped, so that one batch with a large gradient does not undo many steps.
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self._average()
        self.step += 1
        self.distances.append(float(distance))
        self.seconds += time.monotonic() - began

    def mean_distance(self) -> float:
        """Mean joint distance in training in metres, since the last call."""
        mean = sum(self.distances) / max(len(self.distances), 1)
        self.distances.clear()
        return mean

    @torch.no_grad()
    def _average(self) -> None:
        # A smaller decay at first, or the random initial weights would stay in the average.
        decay = min(self.schedule.average, (1 + self.step) / (10 + self.step))
        # Parameters only: the one buffer of the network, `dilations`, is constant.
        for mean, new in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(new, 1 - decay)

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "distances": self.distances,
            "seed": self.seed,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken."""
        self.step, self.seed = state["step"], state["seed"]
        self.seconds, self.distances = state["seconds"], state["distances"]
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)


def save_checkpoint(state: dict[str, Any], path: Path) -> None:
    """Write a checkpoint whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def save_weights(network: nn.Module, spread_scale: float, path: Path) -> None:
    """Write the weights for the lifter: safetensors, half precision, whole or not at all.

    Args:
        network: with a linear layer ``spread`` whose output is a logarithm.
        spread_scale: factor of the uncertainty, added to the bias of that layer as a logarithm.
        path: of the file.
    """
    tensors = network.state_dict()
    tensors["spread.bias"] = tensors["spread.bias"] + math.log(spread_scale)
    partial = path.with_suffix(".partial")
    # Not save_file: it creates files that only their owner can read.
    partial.write_bytes(save({name: tensor.half() for name, tensor in tensors.items()}))
    partial.replace(path)
