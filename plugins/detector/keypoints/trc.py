"""TRC files in pixels, as Sports2D writes them: one file a person, tab separated.

The layout follows ``Sports2D/process.py`` (make_trc_with_trc_data). It always calls the unit m, so
the numbers decide: pixels have no depth.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .parsed import TRC, Float64s, ParsedKeypoints, of_slots

_HEADER_LINES = 5
_NO_PIXELS = 20.0
"""A clip whose coordinates are all smaller is in metres."""


def is_trc(head: bytes) -> bool:
    """Whether a file begins like TRC."""
    return head.startswith(b"PathFileType")


def of_texts(texts: Mapping[str, str]) -> ParsedKeypoints:
    """Parse the files of the people of one clip.

    Raises:
        ValueError: they are not TRC, in metres, or of different clips.
    """
    people = [_person(name, text) for name, text in texts.items()]
    names, rate, _ = people[0]
    if any((own, hertz) != (names, rate) for own, hertz, _ in people):
        raise ValueError("its TRC files have different markers or rates")
    length = max(len(points) for *_, points in people)
    points = np.full((length, len(people), len(names), 2), np.nan)
    for place, (*_, own) in enumerate(people):
        points[: len(own), place] = own
    return of_slots(TRC, points, joints=names, fps=rate)


def _person(name: str, text: str) -> tuple[tuple[str, ...], float, Float64s]:
    """Names of the markers, frames per second, and (T, K, 2) pixels of one file."""
    lines = text.splitlines()
    if len(lines) < _HEADER_LINES or not lines[0].startswith("PathFileType"):
        raise ValueError(f"{name} has no five lines of header")
    fields = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    rate = float(fields.get("DataRate") or "nan")
    markers = tuple(cell.strip() for cell in lines[3].split("\t")[2:] if cell.strip())
    rows = [line.split("\t") for line in lines[_HEADER_LINES:] if line.strip()]
    width = 2 + 3 * len(markers)
    if not rows or any(len(row) < width - 1 or any(row[width:]) for row in rows):
        raise ValueError(f"{name} has lines that do not fit its {len(markers)} markers")
    cells = [[float(cell.strip() or "nan") for cell in _whole(row, width)[2:]] for row in rows]
    points = np.array(cells, np.float64).reshape(len(rows), len(markers), 3)
    largest = np.nan_to_num(np.abs(points)).max()
    if np.nan_to_num(points[..., 2]).any() or 0 < largest < _NO_PIXELS:
        raise ValueError(
            f"{name} holds positions in 3D or in metres, not keypoints in pixels (of Sports2D, "
            "give the files *_px_person*.trc)"
        )
    return markers, rate, points[..., :2]


def _whole(row: list[str], width: int) -> list[str]:
    """A line with the cells that are empty at its end."""
    return [*row, *[""] * (width - len(row))][:width]
