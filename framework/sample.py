"""``python -m framework.sample``: write the sample video and its truth."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from framework.command_config import Command
from framework.commands import exit_code_of
from framework.errors import OK
from framework.options import OptionError, Options, option

_SIDE_PX = range(32, 4097)


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Options):
    """Options of ``python -m framework.sample``."""

    output: Path = option(Path("data"), "folder of sample.mp4 and sample_truth.npz")
    seconds: float = option(10.0, "length of the video in seconds", above=0, high=60)
    fps: str = option("30", "frames per second, like 30 or 30000/1001; above 0 and at most 240")
    size: str = option("960x540", "width x height in pixels; each side from 32 to 4096")
    seed: int = option(0, "another number changes the people's bodies and clothes", low=0)
    if_missing: bool = option(False, "do nothing where both files exist already")

    def __post_init__(self) -> None:
        """Check what the fields declare, and that ``fps`` and ``size`` can be read."""
        super().__post_init__()
        if not 0 < self.frame_rate <= 240:
            raise OptionError("fps", f"is {self.fps}, but must be above 0 and at most 240")
        if not all(side in _SIDE_PX for side in self.size_wh):
            raise OptionError("size", f"is {self.size}, but each side must be from 32 to 4096")

    @property
    def frame_rate(self) -> Fraction:
        """``fps`` as a fraction, as containers store it."""
        try:
            return Fraction(self.fps)
        except (ValueError, ZeroDivisionError):
            raise OptionError(
                "fps", f"is {self.fps}, which is no number", "Write it like fps=30000/1001"
            ) from None

    @property
    def size_wh(self) -> tuple[int, int]:
        """``size`` as width and height in pixels."""
        try:
            width, height = (int(side) for side in self.size.lower().split("x"))
        except ValueError:
            raise OptionError(
                "size", f"is {self.size}, which is no size", "Write it like size=960x540"
            ) from None
        return width, height


_COMMAND = Command(
    name="framework.sample",
    introduction="""\
Render a video of two people in a room, and write the exact truth about it.

  python -m framework.sample
  python -m framework.sample output=data seconds=5 fps=60 size=1280x720
""",
    options=SampleOptions,
    takes_flags=True,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the arguments say, print the paths written; return the exit code."""
    return exit_code_of(_sample, sys.argv[1:] if arguments is None else arguments)


def _sample(arguments: Sequence[str]) -> int:
    if _COMMAND.answers_help(arguments):
        return OK
    own, _ = _COMMAND.split(arguments)
    options: SampleOptions = _COMMAND.read(own)
    video, truth = options.output / "sample.mp4", options.output / "sample_truth.npz"
    if not (options.if_missing and video.is_file() and truth.is_file()):
        _render(options, video, truth)
    sys.stdout.write(f"{video}\n{truth}\n")
    return OK


def _render(options: SampleOptions, video: Path, truth: Path) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from framework.lab.sample.clip import render
    from framework.lab.sample.scene import default_scene

    scene = default_scene(
        seconds=options.seconds,
        fps=options.frame_rate,
        size_wh=options.size_wh,
        seed=options.seed,
    )
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("rendering the sample", total=len(scene.times))
        render(scene, video, truth, lambda done, total: bar.update(task, completed=done))


if __name__ == "__main__":
    sys.exit(main())
