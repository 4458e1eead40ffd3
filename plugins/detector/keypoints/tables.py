"""Tables of keypoints as text: DeepLabCut's, SLEAP's, and others with a line of column names.

A column is called by joint and coordinate (``left_knee_x``, ``nose.score``, ``LKnee x``) or by the
number of the landmark (``x0``, ``y0``, ``v0``). Other columns give the frame and the person.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import deeplabcut
from .long_tables import is_long, widened
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
_NUMBERED = re.compile(rf"(?P<axis>{'|'.join(_AXES)})_?(?P<joint>\d+)", re.I)
_FRAME = ("frame", "frame_idx", "frame_index", "frame_id", "frame_number", "frame#", "image_id")
_PERSON = ("person", "person_id", "track", "track_id", "id", "individual", "instance")
_NO_JOINT = ("box", "bbox", "instance", "root_camera")


class _Cell(NamedTuple):
    column: int
    joint: str
    axis: int


class _Body(NamedTuple):
    """(lines, cells) numbers, and of each line its frame and its person."""

    numbers: Float64s
    frames: list[int]
    people: list[str]


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
    rows = _rows(text)
    first = next(rows, [""])
    if deeplabcut.is_header(first):
        return deeplabcut.of_rows(chain([first], rows))
    header = [cell.strip() for cell in first]
    if is_long(header):
        header, lines = widened(header, list(rows))
        rows = iter(lines)
    cells = list(_cells(header))
    joints = list(dict.fromkeys(cell.joint for cell in cells if cell.axis in (_X, _Y)))
    body = _body(rows, header, cells)
    if not joints or not len(body.numbers):
        some = ", ".join(header[:5])[:80]
        raise ValueError(
            f"its columns ({some}) are not those of keypoints: NAME_x, NAME_y, NAME_score for each "
            "joint"
        )
    numbered = all(joint.isdecimal() for joint in joints)
    joints = sorted(joints, key=int) if numbered else joints
    values = np.full((len(body.numbers), len(joints), 4), np.nan)
    values[..., _SCORE] = 0.0
    for cell, column in zip(cells, body.numbers.T, strict=True):
        if cell.joint in joints:
            values[:, joints.index(cell.joint), cell.axis] = column
    _check_flat(values)
    images, of = _images(body.frames)
    return ParsedKeypoints(
        format=TABLE,
        images=images,
        of=of,
        points=np.concatenate([values[..., :2], np.nan_to_num(values[..., 2:3])], axis=2),
        ids=_ids(body.people),
        joints=() if numbered else tuple(joints),
    )


def _rows(text: str) -> Iterator[list[str]]:
    """The lines that are not empty, in cells.

    Raises:
        ValueError: it is no table.
    """
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        yield from filter(any, csv.reader(text.splitlines(), delimiter=delimiter))
    except csv.Error as error:
        raise ValueError(f"it is no table ({error})") from error


def _body(rows: Iterator[list[str]], header: Sequence[str], cells: Sequence[_Cell]) -> _Body:
    """Numbers and keys of all lines; their text, ten times as large, is not kept."""
    frame, person = _column(header, _FRAME), _column(header, _PERSON)
    if frame is None and header[0] in ("", "index", "Unnamed: 0"):
        frame = 0
    numbers, frames, people = [], [], []
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise ValueError("its lines have different numbers of cells")
        numbers.append(np.array([_number(row[cell.column]) for cell in cells], np.float64))
        frames.append(number if frame is None else int(float(row[frame])))
        people.append("" if person is None else row[person])
    return _Body(np.array(numbers).reshape(len(numbers), len(cells)), frames, people)


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


def _images(frames: Sequence[int]) -> tuple[list[ImageName], NDArray[np.int64]]:
    """Each frame once, and for each line the index of its frame."""
    places: dict[ImageName, int] = {}
    of = [places.setdefault(frame, len(places)) for frame in frames]
    return list(places), np.array(of, np.int64)


def _ids(people: Sequence[str]) -> NDArray[np.int64] | None:
    names = {name: k for k, name in enumerate(dict.fromkeys(filter(None, people)))}
    ids = np.array([names.get(name, -1) for name in people], np.int64)
    return None if len(names) < 2 else ids


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    lower = [name.lower().replace(" ", "_") for name in header]
    return next((lower.index(name) for name in names if name in lower), None)
