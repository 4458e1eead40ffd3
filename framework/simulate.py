"""``python -m framework.simulate``: simulate how a detector errs on recorded motion."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omegaconf import MISSING

from framework.command_config import Command
from framework.commands import exit_code_of
from framework.errors import OK
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.sources import MotionSource
from framework.options import Options, option

_WINDOWS_PER_FILE = 16


@dataclass(frozen=True, kw_only=True)
class SimulateOptions(Options):
    """Options of ``python -m framework.simulate``; ``conf/simulate.yaml`` starts from them."""

    motion_root: Path = option(MISSING, "folder of the recordings")
    output: Path = option(MISSING, "folder of the files to write")
    motion: list[MotionSource] = option(
        MISSING, "recordings; recordings=NAME takes those of conf/recordings"
    )
    split: Path = option(MISSING, "JSON file with people by part; default: motion_root/split.json")
    part: str = option("train", "part of the split to simulate: train, validation or test")
    windows: int = option(256, "number of windows", low=0, high=999_999_999)
    seed: int = option(0, "seed of everything drawn", low=0, high=999_999_999)
    recipe: WindowRecipe = field(default_factory=WindowRecipe)


COMMAND = Command(
    name="framework.simulate",
    introduction="""\
Simulate how a detector errs: recorded people are rendered as clothed figures in front of synthetic
cameras, a detector is run on them, and its detections are stored beside the exact truth. Training
a lifter transfers these errors to other motion (docs/training.md).

  python -m framework.simulate motion_root=FOLDER output=simulation detector=blazepose
  python -m framework.simulate motion_root=FOLDER output=simulation part=validation windows=64

Files are written every few minutes; the same command goes on where it stopped. Options of the
detector, device= and threads= are those of python -m framework.
""",
    options=SimulateOptions,
    config="simulate",
    groups=("recordings",),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate what the arguments say; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return exit_code_of(_simulate, arguments, "stopped; the same command goes on")


def _simulate(arguments: Sequence[str]) -> int:
    if COMMAND.answers_help(arguments):
        return OK
    own, overrides = COMMAND.split_run(arguments)
    options: SimulateOptions = COMMAND.read(own)
    _write_files(options, overrides)
    return OK


def _write_files(options: SimulateOptions, overrides: list[str]) -> None:
    """Write the files that are missing, one after the other."""
    from rich.console import Console

    from framework.config import build, compose_config
    from framework.lab.motion.sources import load_part
    from framework.lab.simulation.detect import simulate_detector
    from framework.stages import Detector

    library, _ = load_part(options.motion, options.split, options.part)
    options.output.mkdir(parents=True, exist_ok=True)
    ((_, detector),) = build("detector", compose_config(overrides))
    assert isinstance(detector, Detector)  # noqa: S101  (the registry's entry makes it one)
    console = Console(stderr=True, highlight=False)
    with detector:
        for number in range(-(-options.windows // _WINDOWS_PER_FILE)):
            path = options.output / f"{options.part}_{options.seed}_{number:04}.npz"
            if not path.exists():
                count = min(_WINDOWS_PER_FILE, options.windows - number * _WINDOWS_PER_FILE)
                seed = (options.seed << 16) + number
                pairs = simulate_detector(library, detector, options.recipe, count, seed)
                pairs.save(path)
                console.print(f"wrote {path}", markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
