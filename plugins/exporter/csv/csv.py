"""Writes the table of `framework.results` as comma-separated values."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from framework.results import Arrays, to_arrays
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._rows import blocks, rounded
from .config import CsvConfig

_FIRST = ("track_id", "frame_index", "time_s", "state", "complete", "valid")
_BOX = ("box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px")
_ROOT = ("root_camera_x_m", "root_camera_y_m", "root_camera_z_m")


class CsvExporter(Exporter):
    """``<target>.csv``: a header with units, a row a person and frame, empty where missing."""

    def __init__(self, config: CsvConfig, runtime: Runtime) -> None:
        pass

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file block by block; see `framework.stages.Exporter`."""
        path = target.with_name(f"{target.name}.csv")
        arrays = to_arrays(result)
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(header(arrays))
            for person, rows in blocks(arrays):
                table.writerows(_cells(arrays, person, rows))
        return [path]


def header(arrays: Arrays) -> list[str]:
    """Names of the columns; the unit is part of the name."""
    keypoints = product(arrays["keypoint_names"], ("x_px", "y_px", "score"))
    joints = product(arrays["joint_names"], ("x_m", "y_m", "z_m", "sigma_m"))
    named = [f"{name}_{part}" for pairs in (keypoints, joints) for name, part in pairs]
    return [*_FIRST, *_BOX, *named, *_ROOT]


def _cells(arrays: Arrays, person: int, rows: slice) -> list[list[Any]]:
    """Some rows of one person, in the order of `header`."""
    pixels = rounded(arrays["keypoints"][person, rows], "px")
    scores = rounded(arrays["keypoint_scores"][person, rows, :, None], "score")
    joints = rounded(arrays["joints"][person, rows], "m")
    sigmas = rounded(arrays["joint_sigmas"][person, rows, :, None], "m")
    count = len(pixels)
    numbers = [
        rounded(arrays["boxes"][person, rows], "px"),
        np.concatenate([pixels, scores], -1).reshape(count, -1),
        np.concatenate([joints, sigmas], -1).reshape(count, -1),
        rounded(arrays["root"][person, rows], "m"),
    ]
    flags = zip(
        [int(arrays["track_id"][person])] * count,
        arrays["frame_index"][rows].tolist(),
        rounded(arrays["time_s"][rows], "s").tolist(),
        *(arrays[key][person, rows].astype(int).tolist() for key in ("state", "complete", "valid")),
        strict=True,
    )
    values = np.concatenate(numbers, 1).tolist()
    # NaN is the only number that differs from itself; pandas and spreadsheets read an empty cell.
    return [
        [*first, *("" if x != x else x for x in row)]  # noqa: PLR0124
        for first, row in zip(flags, values, strict=True)
    ]
