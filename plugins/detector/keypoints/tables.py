"""Tables of keypoints as text: DeepLabCut's, SLEAP's, and others with a line of column names.

A column is called by joint and coordinate (``left_knee_x``, ``nose.score``, ``LKnee x``) or by the
number of the landmark (``x0``, ``y0``, ``v0``). Other columns give the frame and the person.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import deeplabcut
from .parsed import TABLE, Float64s, ImageName, ParsedKeypoints

_DELIMITERS = ",;\t"
_X, _Y, _SCORE, _Z = range(4)
_AXES = {
    "x": _X,
    "y": _Y,
    "z": _Z,
    **dict.fromkeys(("score", "conf", "confidence", "likelihood", "visibility", "v", "c"), _SCORE),
}
_COLUMN = re.compile(rf"(?P<joint>.+?)[\W_]*(?<![a-z])(?P<axis>{'|'.join(_AXES)})(?:_?px)?", re.I)
_NUMBERED = re.compile(r"(?P<axis>x|y|z|v|c|score)_?(?P<joint>\d+)", re.I)
_FRAME = ("frame", "frame_idx", "frame_index", "frame_id", "frame_number", "frame#", "image_id")
_PERSON = ("person", "person_id", "track", "track_id", "id", "individual", "instance")
_NO_JOINT = ("box", "bbox", "instance", "root_camera")


class _Cell(NamedTuple):
    column: int
    joint: str
    axis: int


def is_table(head: bytes) -> bool:
    """Whether a file begins like a table: a line of text with at least two delimiters."""
    try:
        # The end of the head may cut a letter in two.
        text = head.decode("utf-8", "ignore").lstrip("\ufeff").lstrip()
        line = text.splitlines()[0]
    except IndexError:
        return False
    if line.startswith(("#", "{", "[", "<")) or not line.replace("\t", "").isprintable():
        return False
    return max(line.count(delimiter) for delimiter in _DELIMITERS) >= 2


def of_table(text: str) -> ParsedKeypoints:
    """Parse a table.

    Raises:
        ValueError: its columns are not those of keypoints.
    """
    rows = list(_rows(text))
    if deeplabcut.is_header(rows):
        return deeplabcut.of_rows(rows)
    header = [cell.strip() for cell in rows[0]]
    cells = list(_cells(header))
    joints = list(dict.fromkeys(cell.joint for cell in cells if cell.axis in (_X, _Y)))
    body = [row for row in rows[1:] if any(row)]
    if not joints or not body:
        some = ", ".join(header[:5])[:80]
        raise ValueError(
            f"its columns ({some}) are not those of keypoints: NAME_x, NAME_y, NAME_score for each "
            "joint"
        )
    if any(len(row) != len(header) for row in body):
        raise ValueError("its lines have different numbers of cells")
    values = np.full((len(body), len(joints), 4), np.nan)
    values[..., _SCORE] = 0.0
    for cell in cells:
        if cell.joint in joints:
            column = [_number(row[cell.column]) for row in body]
            values[:, joints.index(cell.joint), cell.axis] = column
    _check_flat(values)
    images, of = _frames(header, body)
    return ParsedKeypoints(
        format=TABLE,
        images=images,
        of=of,
        points=np.concatenate([values[..., :2], np.nan_to_num(values[..., 2:3])], axis=2),
        ids=_ids(header, body),
        joints=() if all(joint.isdecimal() for joint in joints) else tuple(joints),
    )


def _rows(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return csv.reader(text.splitlines(), delimiter=delimiter)


def _cells(header: Sequence[str]) -> Iterator[_Cell]:
    """Which joint and coordinate each column holds."""
    for column, name in enumerate(header):
        match = _NUMBERED.fullmatch(name) or _COLUMN.fullmatch(name)
        if match is None or match["joint"].lower() in _NO_JOINT:
            continue
        yield _Cell(column, match["joint"], _AXES[match["axis"].lower()])


def _number(cell: str) -> float:
    return float(cell) if cell.strip() else np.nan


def _check_flat(values: Float64s) -> None:
    """Raise ValueError for positions in 3D: MediaPipe's depth goes with shares of the image."""
    depth, across = (np.nan_to_num(np.abs(values[..., axis])) for axis in (_Z, _X))
    if depth.any() and np.percentile(across, 90) > 2:
        raise ValueError(
            "its columns hold positions in 3D: keypoints are 2D; leave z out if x and y are pixels"
        )


def _frames(
    header: Sequence[str], body: Sequence[Sequence[str]]
) -> tuple[Sequence[ImageName], NDArray[np.int64]]:
    """The images, and for each line the index of its image."""
    column = _column(header, _FRAME)
    if column is None and header[0] in ("", "index", "Unnamed: 0"):
        column = 0
    if column is None:
        return range(len(body)), np.arange(len(body))
    numbers = [int(float(row[column])) for row in body]
    images = list(dict.fromkeys(numbers))
    places = {number: index for index, number in enumerate(images)}
    return images, np.array([places[number] for number in numbers], np.int64)


def _ids(header: Sequence[str], body: Sequence[Sequence[str]]) -> NDArray[np.int64] | None:
    column = _column(header, _PERSON)
    if column is None:
        return None
    names = {name: k for k, name in enumerate(dict.fromkeys(row[column] for row in body))}
    ids = np.array([names[row[column]] if row[column] else -1 for row in body], np.int64)
    return None if len(names) < 2 else ids


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    lower = [name.lower().replace(" ", "_") for name in header]
    return next((lower.index(name) for name in names if name in lower), None)
