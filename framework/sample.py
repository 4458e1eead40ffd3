"""``python -m framework.sample``: write the sample video and its truth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from framework.errors import INTERRUPTED, OK, ConfigurationError, FrameworkError
from framework.lab.sample.clip import render
from framework.lab.sample.scene import Scene, default_scene


def main(arguments: Sequence[str] | None = None) -> int:
    """Read arguments, film, print the paths written; return the exit code."""
    options = _parser().parse_args(arguments)
    video, truth = options.output / "sample.mp4", options.output / "sample_truth.npz"
    try:
        if not (options.if_missing and video.is_file() and truth.is_file()):
            _film(_scene(options), video, truth)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing half-written was left\n")
        return INTERRUPTED
    except FrameworkError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(f"{video}\n{truth}\n")
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m framework.sample",
        description="Render a video of two people in a room, and write what is exactly true of it.",
    )
    add = parser.add_argument
    add("--output", type=Path, default=Path("data"), help="folder to write to (default: data)")
    add("--seconds", type=float, default=10.0, help="length in seconds (default: 10)")
    add("--fps", default="30", help="frames a second, like 30 or 30000/1001 (default: 30)")
    add("--size", default="960x540", help="width x height in pixels (default: 960x540)")
    add("--seed", type=int, default=0, help="another number dresses other people (default: 0)")
    add("--if-missing", action="store_true", help="do nothing when both files are there")
    return parser


def _scene(options: argparse.Namespace) -> Scene:
    try:
        fps = Fraction(options.fps)
        width, height = (int(side) for side in options.size.lower().split("x"))
    except (ValueError, ZeroDivisionError):
        raise ConfigurationError(
            f"--fps {options.fps} --size {options.size} cannot be read",
            "Write them like --fps 30 --size 960x540.",
        ) from None
    if not (0 < fps <= 240 and 0 < options.seconds <= 60 and options.seed >= 0):
        raise ConfigurationError(
            f"--fps {options.fps}, --seconds {options.seconds} or --seed {options.seed} is out of "
            "range",
            "fps goes up to 240, seconds up to 60, seed is 0 or more.",
        )
    if not (32 <= width <= 4096 and 32 <= height <= 4096):
        raise ConfigurationError(
            f"--size {options.size} is out of range", "Each side is 32 to 4096 pixels."
        )
    return default_scene(
        seconds=options.seconds, fps=fps, size_wh=(width, height), seed=options.seed
    )


def _film(scene: Scene, video: Path, truth: Path) -> None:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("drawing the sample", total=len(scene.times))
        render(scene, video, truth, lambda done, total: bar.update(task, completed=done))


if __name__ == "__main__":
    sys.exit(main())
