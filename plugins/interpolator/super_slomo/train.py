"""Train Super-SloMo's networks on a folder of clips.

    python -m framework.plugins.interpolator.super_slomo.train clips/ mine.ckpt --device cuda
    python -m framework input=clip.mp4 interpolator=super_slomo interpolator.checkpoint=mine.ckpt

The published weights saw 240 frames a second; the higher the rate of the clips, the better.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from framework.devices import torch_device
from framework.errors import INTERRUPTED, OK, ConfigurationError, FrameworkError, InputError

from .losses import loss
from .network import MULTIPLE, SLOPE, WIDTH, SuperSloMo, load_networks, save_networks
from .super_slomo import to_network
from .triplets import triplets

log = logging.getLogger(__name__)

SUFFIXES = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v")
REPORT = 50
"""Steps from one line of the log to the next; with each the checkpoint is written."""
_LAST_RATE = 0.02
"""To this share the learning rate falls, evenly; the paper's two drops end a short run early."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How networks are trained; defaults are those of the paper where it says.

    Attributes:
        steps: batches.
        batch_size: examples in each.
        learning_rate: of Adam.
        span: frames from the first to the last of an example.
        side: pixels to which the shorter side of every frame is scaled.
        crop: pixels of both sides of an example, a multiple of 32.
        flips: chance that an example is mirrored, and that it is played backwards.
        width: channels of the first layers; the published networks have 32.
        seed: of weights and examples.
        device: "auto", "cpu" or "cuda".
    """

    steps: int = 100_000
    batch_size: int = 6
    learning_rate: float = 1e-4
    span: int = 8
    side: int = 360
    crop: int = 352
    flips: float = 0.5
    width: int = WIDTH
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        """Check ranges."""
        if self.crop % MULTIPLE or not MULTIPLE <= self.crop <= self.side:
            raise ConfigurationError(
                f"--crop {self.crop} is not a multiple of {MULTIPLE} up to --side {self.side}",
                "The paper cuts 352 out of 360.",
            )
        if self.span < 2 or min(self.steps, self.batch_size, self.width) < 1:
            raise ConfigurationError(
                f"--span {self.span}, --steps {self.steps}, --batch-size {self.batch_size} or "
                f"--width {self.width} is too small",
                "span is 2 or more, the others 1 or more.",
            )


def train(
    clips: Sequence[Path], output: Path, settings: Settings, start: Path | None = None
) -> list[float]:
    """Train and write a checkpoint that the interpolator reads.

    Args:
        clips: videos.
        output: the file; replaced when a newer one is whole.
        settings: see `Settings`.
        start: checkpoint to go on from; its networks rule over ``settings.width``.

    Returns:
        The reconstruction error of each step, mean over pixels, 0..1.

    Raises:
        FrameworkError: a clip or checkpoint cannot be read, or the device is not there.
    """
    device = torch_device(settings.device)
    torch.manual_seed(settings.seed)
    networks = load_networks(start) if start else fresh(settings.width)
    networks = networks.to(device).train()
    optimizer = torch.optim.Adam(networks.parameters(), settings.learning_rate)
    decay = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, _LAST_RATE, settings.steps)
    examples = triplets(
        clips,
        span=settings.span,
        side=settings.side,
        crop=settings.crop,
        flips=settings.flips,
        random=np.random.default_rng(settings.seed),
    )
    errors: list[float] = []
    for step in range(1, settings.steps + 1):
        batch = list(islice(examples, settings.batch_size))
        images = np.stack([example.images for example in batch], 1)
        frames = [to_network(part, device) for part in images]
        times = torch.tensor([example.time for example in batch], device=device)
        total, error = loss(networks, frames[0], frames[1], frames[2], times)
        optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        decay.step()
        errors.append(error.item())
        if step % REPORT == 0 or step == settings.steps:
            log.info("step %d: loss %.2f, error %.4f", step, total.item(), errors[-1])
            _save(networks, output)
    return errors


def fresh(width: int) -> SuperSloMo:
    """Networks with random weights through which signals neither grow nor fade (He et al., 2015).

    PyTorch's own beginning fades over so many layers: flow would stay zero for a long time.
    """
    networks = SuperSloMo(width)
    for layer in networks.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, SLOPE)
            nn.init.zeros_(cast(Tensor, layer.bias))
    return networks


def _save(networks: SuperSloMo, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    half = output.with_name(f".{output.name}.part")
    save_networks(networks, half)
    half.replace(output)


def find_clips(folder: Path) -> list[Path]:
    """The videos of a folder and those below it.

    Raises:
        InputError: there is none.
    """
    clips = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not clips:
        raise InputError(f"'{folder}' holds no clip", f"Known suffixes: {', '.join(SUFFIXES)}.")
    return clips


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says; return an exit code of `framework.errors`."""
    parser = argparse.ArgumentParser(
        prog="python -m framework.plugins.interpolator.super_slomo.train",
        description="Train Super-SloMo's networks on a folder of clips.",
    )
    parser.add_argument("clips", type=Path, help="folder of videos, the quicker the better")
    parser.add_argument("output", type=Path, help="checkpoint to write")
    parser.add_argument("--start", type=Path, help="checkpoint to go on from")
    defaults = Settings()
    for name, value in vars(defaults).items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(value), default=value, help=f"default: {value}")
    given = vars(parser.parse_args(arguments))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        clips, output, start = (given.pop(name) for name in ("clips", "output", "start"))
        train(find_clips(clips), output, Settings(**given), start)
    except KeyboardInterrupt:
        log.warning("stopped; the last checkpoint is whole")
        return INTERRUPTED
    except FrameworkError as error:
        log.error("%s", error)
        return error.exit_code
    return OK


if __name__ == "__main__":
    sys.exit(main())
