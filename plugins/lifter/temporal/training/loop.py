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

from framework.lab.motion.windows import Library, chance

from .detector_errors import Borrowed
from .loss import loss_of
from .recipe import Recipe, make_batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        steps: in all.
        warmup: steps over which the rate rises to its height.
        decay: last steps over which it falls to zero; until then it is constant, so that a run
            can be prolonged from any checkpoint before them.
        rate: of Muon, for the matrices of the blocks.
        rate_rest: of AdamW, for everything else.
        weight_decay: of both.
        average: decay per step of the averaged weights.
        validate_every, save_every: steps.
    """

    steps: int = 20_000
    warmup: int = 200
    decay: int = 3000
    rate: float = 2e-3
    rate_rest: float = 2e-3
    weight_decay: float = 0.01
    average: float = 0.997
    validate_every: int = 200
    save_every: int = 100

    def factor(self, step: int) -> float:
        """Share of the full rate at a step."""
        rise = min(1.0, (step + 1) / max(self.warmup, 1))
        fall = min(1.0, (self.steps - step) / max(self.decay, 1))
        return min(rise, fall)


class Trainer:
    """A network in training, with everything that a checkpoint must hold.

    Args:
        network: lifts (B, T, 17, 2) keypoints, (B, T, 17) scores and (B, T, 17, 3) own 3D of a
            detector, as `loss_of` wants it.
        library: motion to train on.
        recipe: how batches are made.
        schedule: how long and how fast.
        borrowed: errors of a rehearsal, or None.
        seed: of all chance.
        device: where the network lives; batches are made on the CPU.
    """

    def __init__(
        self,
        network: nn.Module,
        library: Library,
        recipe: Recipe,
        schedule: Schedule,
        *,
        borrowed: Borrowed | None = None,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        self.network = network.to(device)
        self.averaged = copy.deepcopy(self.network).requires_grad_(False)
        self.library, self.recipe, self.schedule = library, recipe, schedule
        self.borrowed = borrowed
        self.seed, self.device, self.step = seed, torch.device(device), 0
        self.seconds, self.distances = 0.0, list[float]()
        inner = [p for n, p in network.named_parameters() if "blocks" in n and p.ndim == 2]
        rest = [p for n, p in network.named_parameters() if not ("blocks" in n and p.ndim == 2)]
        decay = schedule.weight_decay
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(
                inner, lr=schedule.rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"
            ),
            torch.optim.AdamW(rest, lr=schedule.rate_rest, weight_decay=decay, betas=(0.9, 0.98)),
        ]

    def train_step(self) -> None:
        """Take one step."""
        began = time.monotonic()
        batch = make_batch(self.library, self.recipe, chance(self.seed, self.step), self.borrowed)
        keypoints, scores, own, truth = (part.to(self.device) for part in batch)
        factor = self.schedule.factor(self.step)
        rates = (self.schedule.rate, self.schedule.rate_rest)
        for optimizer, rate in zip(self.optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = factor * rate
            optimizer.zero_grad()
        with torch.autocast(self.device.type, torch.bfloat16):
            joints, spread = self.network(keypoints, scores, own)
        loss, distance = loss_of(joints, spread, truth)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self._average()
        self.step += 1
        self.distances.append(float(distance))
        self.seconds += time.monotonic() - began

    def mean_distance(self) -> float:
        """Mean joint distance in metres, in training, since this was last asked."""
        mean = sum(self.distances) / max(len(self.distances), 1)
        self.distances.clear()
        return mean

    @torch.no_grad()
    def _average(self) -> None:
        # Young averages forget faster, or the first steps would stay in them for long.
        decay = min(self.schedule.average, (1 + self.step) / (10 + self.step))
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
        """Go on where `state` was taken."""
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
        spread_scale: factor on the spread, put into that layer.
        path: of the file.
    """
    tensors = network.state_dict()
    tensors["spread.bias"] = tensors["spread.bias"] + math.log(spread_scale)
    partial = path.with_suffix(".partial")
    # Not save_file: its files are for nobody but their owner.
    partial.write_bytes(save({name: tensor.half() for name, tensor in tensors.items()}))
    partial.replace(path)
