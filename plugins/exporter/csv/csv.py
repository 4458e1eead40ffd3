"""Writes the table of `framework.results` as comma-separated values."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from framework.result_table import COLUMNS, Arrays, csv_columns, csv_groups
from framework.results import to_arrays
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._rows import blocks, columns, joined
from .config import CsvConfig

_SINGLE = [array.name for array in COLUMNS if len(array.csv) == 1 and not array.per_joint]


class CsvExporter(Exporter):
    """``<target>.csv``: a header with units, a row a person and frame, empty where missing."""

    def __init__(self, config: CsvConfig, runtime: Runtime) -> None:
        pass

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file block by block; see `framework.stages.Exporter`."""
        path = target.with_name(f"{target.name}.csv")
        arrays = to_arrays(result)
        # The same bytes on every system: without newline="" Windows would write \r\n, and the csv
        # module by default ends lines with \r\n.
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(header(arrays))
            for person, rows in blocks(arrays):
                table.writerows(_cells(arrays, person, rows))
        return [path]


def header(arrays: Arrays) -> list[str]:
    """Names of the columns; the unit is part of the name."""
    keypoints, joints = arrays["keypoint_names"].tolist(), arrays["joint_names"].tolist()
    return csv_columns({"J": keypoints, "K": joints})


def _cells(arrays: Arrays, person: int, rows: slice) -> list[list[Any]]:
    """Some rows of one person, in the order of `header`: single values first, then lists."""
    values = columns(arrays, person, rows)
    single = [values[name].tolist() for name in _SINGLE]
    groups = [group for group in csv_groups() if group[0].name not in _SINGLE]
    numbers = [joined(values, group).reshape(len(single[0]), -1) for group in groups]
    # NaN is the only number that differs from itself; pandas and spreadsheets read an empty cell.
    return [
        [*map(_flag, first), *("" if x != x else x for x in row)]  # noqa: PLR0124
        for *first, row in zip(*single, np.concatenate(numbers, 1).tolist(), strict=True)
    ]


def _flag(value: Any) -> Any:
    """A truth value as 0 or 1, which every spreadsheet reads alike."""
    return int(value) if isinstance(value, bool) else value
