"""TRC, the marker files of OpenSim, Pose2Sim and motion capture systems.

Tab separated: a title, a line of field names and one of their values, a line of marker names (each
over three columns), a line of axis names, then one row per frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.errors import InputError
from framework.types import Ints, Times

_METRES = {"m": 1.0, "mm": 0.001}
_FIELDS = ("DataRate", "NumFrames", "NumMarkers", "Units")
_HEADER_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Markers:
    """Markers over time.

    Attributes:
        names: of the M markers.
        positions: (T, M, 3) float64 metres, in the file's own axes; NaN where missing.
        frame: (T,) int64, numbers as the file counts them (the first is usually 1), increasing.
        time_s: (T,) float64 seconds, increasing.
        rate: frames per second.
    """

    names: tuple[str, ...]
    positions: NDArray[np.float64]
    frame: Ints
    time_s: Times
    rate: float


def read_trc(path: Path) -> Markers:
    """Read a TRC file; a marker of which one cell is empty or NaN is missing in that row.

    Raises:
        InputError: the file is missing, not TRC, truncated, or in a unit other than m and mm.
    """
    try:
        # "utf-8-sig" drops the byte order mark that some Windows programs write.
        return parse_trc(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file", "Check the path.") from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} is not a whole TRC file: {error}",
            "TRC is tab separated, with five lines of header and one row a frame.",
        ) from error


def parse_trc(text: str) -> Markers:
    """Read the text of a TRC file.

    Raises:
        ValueError: it is not one; the message names the line.
    """
    lines = text.splitlines()
    if len(lines) < _HEADER_LINES or not lines[0].startswith("PathFileType"):
        raise ValueError("it does not begin with PathFileType and five lines of header")
    fields = dict(zip(_cells(lines[1]), _cells(lines[2]), strict=False))
    if missing := [field for field in _FIELDS if not fields.get(field)]:
        raise ValueError(f"line 3 gives no {', '.join(missing)}")
    metres = _METRES.get(fields["Units"])
    if metres is None:
        raise ValueError(f"line 3: Units is {fields['Units']!r}, not m or mm")
    rate = _number(fields["DataRate"], 3)
    if not 0 < rate < np.inf:
        raise ValueError(f"line 3: DataRate is {fields['DataRate']!r}")
    names = _marker_names(lines[3], int(fields["NumMarkers"]))
    rows = [
        _row(line, number, len(names))
        for number, line in enumerate(lines[_HEADER_LINES:], _HEADER_LINES + 1)
        if line.strip()
    ]
    if not rows or len(rows) != int(fields["NumFrames"]):
        raise ValueError(f"it has {len(rows)} rows, but NumFrames is {fields['NumFrames']}")
    table = np.array(rows)
    _check_increasing(table[:, :2])
    positions = table[:, 2:].reshape(len(rows), len(names), 3) * metres
    # A marker with one unknown coordinate has no position.
    positions[np.isnan(positions).any(axis=-1)] = np.nan
    return Markers(
        names=names,
        positions=positions,
        frame=table[:, 0].astype(np.int64),
        time_s=table[:, 1],
        rate=rate,
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _marker_names(line: str, count: int) -> tuple[str, ...]:
    cells = _cells(line)
    names = tuple(cell for cell in cells[2:] if cell)
    if cells[:2] != ["Frame#", "Time"] or cells[2 : 2 + 3 * count : 3] != list(names):
        raise ValueError("line 4 is not Frame#, Time and a marker name over every three columns")
    if len(names) != count or len(set(names)) != count:
        raise ValueError(f"line 4 names {len(set(names))} markers, but NumMarkers is {count}")
    return names


def _row(line: str, number: int, markers: int) -> list[float]:
    """Frame, time and coordinates of one line; tabs at its end may be missing or too many."""
    width = 2 + 3 * markers
    cells = _cells(line)
    if any(cells[width:]):
        raise ValueError(f"line {number} has {len(cells)} cells instead of {width}")
    cells += [""] * (width - len(cells))
    values = [_number(cell or "nan", number) for cell in cells[:width]]
    if not values[0].is_integer() or np.isnan(values[1]):
        raise ValueError(f"line {number} does not begin with a frame number and a time")
    return values


def _number(cell: str, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"line {line}: {cell!r} is not a number") from None
    # Numbers beyond any recording would overflow later, far from their cause.
    if abs(value) > 1e9:
        raise ValueError(f"line {line}: {cell!r} is out of range")
    return value


def _check_increasing(counts: NDArray[np.float64]) -> None:
    falls = np.flatnonzero((np.diff(counts, axis=0) <= 0).any(axis=1))
    if falls.size:
        raise ValueError(f"frame number or time does not increase after row {falls[0] + 1}")
