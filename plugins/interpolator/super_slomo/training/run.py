"""One training run: read examples from videos, minimise the loss, save checkpoints.

    python -m framework.train interpolator=super_slomo clips=clips output=mine.ckpt
    python -m framework input=clip.mp4 interpolator=super_slomo interpolator.checkpoint=mine.ckpt

The published weights were trained on videos of 240 frames per second; the higher the frame rate
of the videos, the better.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from framework.devices import torch_device, torch_threads
from framework.errors import ConfigurationError, InputError

from ..network import SLOPE, SuperSloMo, load_networks, save_networks
from ..super_slomo import to_network
from .config import SuperSloMoTrainConfig, schema
from .losses import training_loss
from .triplets import Triplet, read_triplets

__all__ = ["schema", "train"]

log = logging.getLogger(__name__)

SUFFIXES = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v")
REPORT = 50
"""Steps from one line of the log to the next; with each line the checkpoint is written."""
_FINAL_RATE = 0.02
"""The learning rate falls evenly to this share; the two drops of the paper are for its number of
steps and would come too early or never in another."""


def train(config: SuperSloMoTrainConfig) -> None:
    """Train to the last step and write a checkpoint that the interpolator reads.

    Beside ``output``, for example ``mine.ckpt``, the state of the run is kept in ``mine.last.pt``;
    a run that finds it continues from there. Its further examples are drawn anew, so its weights
    differ from those of a run that was never interrupted.

    Raises:
        ConfigurationError: the state is that of a run with another number of steps.
        BackendError: a checkpoint cannot be read, or a GPU is demanded and there is none.
        InputError: a video cannot be read, or none is long enough.
    """
    clips = find_clips(config.clips)
    with torch_threads(config.threads):
        training = Training(config)
        batches = _batches(clips, config, training.step)
        while training.step < config.steps:
            loss, error = training.run_step(next(batches))
            if training.step % REPORT == 0 or training.step == config.steps:
                log.info("step %d: loss %.2f, error %.4f", training.step, loss, error)
                training.save()


class Training:
    """The networks of a run with their optimizer, and how many steps are done.

    Args:
        config: of the run; its state is restored if there is one beside ``output``.
    """

    def __init__(self, config: SuperSloMoTrainConfig) -> None:
        self._config = config
        self._device = torch_device(config.device)
        torch.manual_seed(config.seed)
        networks = (
            load_networks(config.initial) if config.initial else random_networks(config.width)
        )
        self.networks = networks.to(self._device).train()
        self._optimizer = torch.optim.Adam(self.networks.parameters(), config.learning_rate)
        self._schedule = torch.optim.lr_scheduler.LinearLR(
            self._optimizer, 1.0, _FINAL_RATE, config.steps
        )
        self.step = 0
        if state_path(config.output).exists():
            self._restore(torch.load(state_path(config.output), weights_only=True))

    def run_step(self, batch: list[Triplet]) -> tuple[float, float]:
        """Take one step of gradient descent.

        Returns:
            The loss, and the reconstruction error alone (mean over pixels, 0..1).
        """
        # (3, B, H, W, 3): the first axis is first, middle, last.
        images = np.stack([example.images for example in batch], 1)
        first, middle, last = (to_network(part, self._device) for part in images)
        times = torch.tensor([example.time for example in batch], device=self._device)
        loss, error = training_loss(self.networks, first, middle, last, times)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        return loss.item(), error.item()

    def save(self) -> None:
        """Write the checkpoint, and the state from which the run can continue."""
        output = self._config.output
        output.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "step": self.step,
            "steps": self._config.steps,
            "networks": self.networks.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        _write_whole(output, lambda path: save_networks(self.networks, path))
        _write_whole(state_path(output), lambda path: torch.save(state, path))

    def _restore(self, state: dict[str, Any]) -> None:
        if state["steps"] != self._config.steps:
            path = state_path(self._config.output)
            raise ConfigurationError(
                f"steps is {self._config.steps}, but the run of {path} has {state['steps']}",
                "Another output begins another run; initial=FILE.ckpt begins with trained weights",
            )
        self.networks.load_state_dict(state["networks"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self.step = state["step"]
        log.info("continuing from step %d", self.step)


def state_path(output: Path) -> Path:
    """Where the state of a run is kept, beside its checkpoint."""
    return output.with_suffix(".last.pt")


def random_networks(width: int) -> SuperSloMo:
    """Networks with random weights that keep the variance of signals (He et al., 2015).

    With PyTorch's own initial weights signals fade over so many layers: the flow would stay near
    zero for a long time.
    """
    networks = SuperSloMo(width)
    for layer in networks.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, SLOPE)
            nn.init.zeros_(cast(Tensor, layer.bias))
    return networks


def find_clips(folder: Path) -> list[Path]:
    """The videos of a folder and its subfolders.

    Raises:
        InputError: there is none.
    """
    clips = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not clips:
        raise InputError(f"'{folder}' holds no video", f"Known suffixes: {', '.join(SUFFIXES)}.")
    return clips


def _batches(
    clips: list[Path], config: SuperSloMoTrainConfig, step: int
) -> Iterator[list[Triplet]]:
    """Batches without end; those of a continued run are not those it began with."""
    examples = read_triplets(
        clips,
        span=config.span,
        side=config.side,
        crop=config.crop,
        flips=config.flips,
        random=np.random.default_rng([config.seed, step] if step else config.seed),
    )
    while True:
        yield list(islice(examples, config.batch_size))


def _write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under another name first: an interrupted run leaves the last one whole."""
    part = path.with_name(f".{path.name}.part")
    write(part)
    part.replace(path)
