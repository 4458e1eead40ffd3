"""Output of a run for the user: a progress bar while it runs, a summary at the end."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bars,
)

from framework.errors import FrameworkError
from framework.hookspecs import hookimpl
from framework.record import focal_lengths, licences
from framework.streams import printable
from framework.terminal import Terminal
from framework.types import Progress, RunPlan, RunResult

_STEPS = {
    "track": "detect and track people",
    "lift": "lift to 3D",
    "export": "write data",
    "draw": "render the video",
}


@dataclass
class Reporter:
    """The built-in observer: a progress bar on a terminal's error output, a summary at the end.

    Args:
        bar: show the bar, if the error output is a terminal.
        debug: show the traceback of an error.
    """

    bar: bool = True
    debug: bool = False
    _console: Terminal = field(default_factory=lambda: Terminal(soft_wrap=True, highlight=False))
    _errors: Terminal = field(
        default_factory=lambda: Terminal(stderr=True, soft_wrap=True, highlight=False)
    )
    _bars: Bars | None = None
    _clip: str = ""
    _observed: RunResult | FrameworkError | None = None
    _tasks: dict[str, TaskID] = field(default_factory=dict)

    @hookimpl
    def run_started(self, plan: RunPlan) -> None:
        """Show the bar."""
        if self.bar and sys.stderr.isatty():
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[speed]}"),
                TimeRemainingColumn(),
            )
            self._bars = Bars(*columns, console=self._errors, transient=True)
            self._bars.start()
            self._clip = plan.video.path.name

    @hookimpl
    def progress(self, event: Progress) -> None:
        """Update the bar."""
        if self._bars is None:
            return
        if event.step not in self._tasks:
            name = _STEPS.get(event.step, event.step)
            self._tasks[event.step] = self._bars.add_task(
                f"{escape(printable(self._clip))}  {name}", total=event.total, speed=""
            )
        task = self._tasks[event.step]
        speed = self._bars.tasks[task].speed
        frames = f"{speed:.0f} frames/s" if speed and event.step in ("track", "draw") else ""
        self._bars.update(task, completed=event.done, total=event.total, speed=frames)

    @hookimpl
    def run_finished(self, result: RunResult) -> None:
        """Close the bar and print the summary."""
        self._observed = result
        self.close()
        self._console.print("\n".join(escape(printable(line)) for line in summary_lines(result)))

    @hookimpl
    def run_failed(self, error: FrameworkError) -> None:
        """Close the bar and print the error."""
        self._observed = error
        self.close()
        if self.debug:
            traceback.print_exception(error)
        self._errors.print(f"[bold red]error:[/] {escape(printable(str(error)))}")

    def show(self, outcome: RunResult | FrameworkError) -> None:
        """Print the end of a run of another process; one in this process was observed."""
        if outcome is self._observed:
            return
        if isinstance(outcome, FrameworkError):
            self.run_failed(outcome)
        else:
            self.run_finished(outcome)

    def close(self) -> None:
        """Remove the bar."""
        if self._bars is not None:
            self._bars.stop()
        self._bars, self._tasks = None, {}


def summary_lines(result: RunResult) -> list[str]:
    """Return the closing summary, a line a fact."""
    video, counts = result.video, result.counts
    frames = counts["frames"]
    width, height = video.size_wh
    lines = [
        f"{video.path.name}: {width}x{height}, {float(video.fps):.5g} fps, {_frames(frames)} read",
        f"  people    {counts['people']} tracked; "
        f"detections in {_part(counts['detected'], frames)}",
        f"  person    found in {_part(counts['observed'], frames)}, complete in "
        f"{_part(counts['complete'], frames)}, gaps filled in {counts['filled']}",
        f"  3D        valid in {_part(counts['valid'], frames)}",
        "  stages    " + ", ".join(_stages(result)),
        "  device    " + _device(result),
        "  seconds   " + ", ".join(f"{k} {v:.2f}" for k, v in result.seconds.items() if v >= 0.005),
    ]
    lines += [f"  camera    {said}" for said in focal_lengths(result)]
    lines += [f"  licence   {what}: {licence}" for what, licence in licences(result).items()]
    lines += [f"  note      {warning}" for warning in result.warnings]
    lines += [f"  wrote     {path}" for path in result.paths.values()]
    return lines


def _frames(count: float) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def _part(rows: float, frames: float) -> str:
    return f"{rows} of {frames} ({rows / frames:.0%})" if frames else "0"


def _stages(result: RunResult) -> list[str]:
    return [record["name"] for record in result.meta["stages"] if record["name"] != "none"]


def _device(result: RunResult) -> str:
    """Where the stages that ask for one computed."""
    used = {record["stage"]: record["device"] for record in result.meta["stages"]}
    detector, lifter = used["detector"], used["lifter"]
    return detector if detector == lifter else f"{detector} (detector), {lifter} (lifter)"
