"""Writes each person's joint angles: a table over time, a table of ranges, a plot per joint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from framework.angles import Curve, curves, repetitions
from framework.errors import ConfigurationError
from framework.geometry.camera import Array
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .config import AnglesConfig
from .plot import draw

_DECIMALS = 2
_HEAD = (
    "angle,rows,minimum_deg,minimum_sigma_deg,minimum_time_s,"
    "maximum_deg,maximum_sigma_deg,maximum_time_s,range_deg,repetitions"
)


class AnglesExporter(Exporter):
    """``<target>_person<id>_angles.csv``, ``..._ranges.csv`` and a plot of each joint."""

    def __init__(self, config: AnglesConfig, runtime: Runtime) -> None:
        self._suffix = config.plots

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the files; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses lack the joints of every angle.
        """
        paths: list[Path] = []
        for pose, track in zip(result.poses, result.tracks, strict=True):
            if pose.valid.any():
                found = curves(pose, track)
                if not found:
                    raise ConfigurationError(
                        f"poses of skeleton {pose.skeleton.name!r} show no joint angle",
                        "Choose a lifter that gives shoulders, hips, elbows or knees.",
                    )
                paths += self._person(result, target, pose.track_id, found)
        return paths

    def _person(
        self, result: RunResult, target: Path, person: int, found: Sequence[Curve]
    ) -> Iterator[Path]:
        """Write the files of one person, and yield their paths."""

        def beside(what: str) -> Path:
            return target.with_name(f"{target.name}_person{person}_{what}")

        for what, lines in (
            ("angles.csv", _rows(result, found)),
            ("ranges.csv", _ranges(result.time_s, found)),
        ):
            with beside(what).open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
            yield beside(what)
        by_joint = sorted(found, key=lambda curve: curve.angle.joint)
        for joint, group in groupby(by_joint, key=lambda curve: curve.angle.joint):
            picture = beside(f"{joint}.{self._suffix}")
            draw(picture, f"Person {person}: {joint}", result.time_s, list(group))
            yield picture


def _rows(result: RunResult, found: Sequence[Curve]) -> Iterator[str]:
    """A row per frame; cells of unknown values are empty."""
    names = (f"{c.angle.name}_deg,{c.angle.name}_sigma_deg" for c in found)
    yield ",".join(["frame_index", "time_s", *names])
    columns = [column for c in found for column in (c.degrees, c.sigmas)]
    for row, (frame, time_s) in enumerate(zip(result.frame_index, result.time_s, strict=True)):
        yield ",".join([f"{frame}", f"{time_s:.6f}", *(_cell(column[row]) for column in columns)])


def _ranges(time_s: Array, found: Sequence[Curve]) -> Iterator[str]:
    yield _HEAD
    for curve in found:
        ends = [int(end(curve.degrees)) for end in (np.nanargmin, np.nanargmax)]
        low, high = curve.degrees[ends]
        cells = [curve.angle.name, f"{np.isfinite(curve.degrees).sum()}"]
        for row in ends:
            cells += [_cell(curve.degrees[row]), _cell(curve.sigmas[row]), f"{time_s[row]:.6f}"]
        yield ",".join([*cells, _cell(high - low), f"{repetitions(curve)}"])


def _cell(value: float) -> str:
    # 0.0 is added because a rounded -0.0 would be written as -0.00.
    return f"{np.round(value, _DECIMALS) + 0.0:.{_DECIMALS}f}" if np.isfinite(value) else ""
