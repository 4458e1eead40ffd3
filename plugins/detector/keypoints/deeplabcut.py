"""Tables of DeepLabCut: CSV with three or four lines of header, and the same as HDF5.

The layouts follow ``deeplabcut/pose_estimation_pytorch/apis/videos.py``; the HDF5 files are those
that pandas writes, in its two forms ``table`` and ``fixed``. pandas keeps the header of the first
in pickles, which are read as data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from framework.unpickle import unpickle

from .parsed import DEEPLABCUT, Float64s, ParsedKeypoints, of_slots

_COORDINATES = ("x", "y", "likelihood")
_UNIQUE = "single"
"""The individual to which points belong that are no part of an animal."""
_MOST_CELLS = 2_000_000


def is_header(row: Sequence[str]) -> bool:
    """Whether the first line of a table is DeepLabCut's."""
    return row[:1] == ["scorer"]


def of_rows(rows: Iterator[list[str]]) -> ParsedKeypoints:
    """Parse the cells of a CSV file.

    Raises:
        ValueError: lines are missing, or cells are no numbers.
    """
    levels = list(islice(rows, 3))
    if levels[-1][0] != "coords":
        levels += islice(rows, 1)
    if levels[-1][0] != "coords":
        raise ValueError("its header has no line 'coords'")
    # Labelled frames have three columns before the numbers: folder, film and image.
    before = next((k for k, cell in enumerate(levels[-1][1:], 1) if cell), 1)
    header = list(zip(*(row[before:] for row in levels), strict=True))
    names, values = [], []
    for row in rows:
        if len(row) != before + len(header):
            raise ValueError("its lines have different numbers of cells")
        names.append(int(row[before - 1]) if row[before - 1].isdecimal() else row[before - 1])
        values.append(np.array([float(cell or "nan") for cell in row[before:]], np.float64))
    return _of_columns(header, np.array(values).reshape(len(values), len(header)), names)


def of_hdf5(group: Any) -> ParsedKeypoints:
    """Parse a group of an HDF5 file that pandas wrote.

    Raises:
        ValueError, KeyError, TypeError: it is not such a group.
    """
    if "table" in group:
        table = group["table"]
        if "values_block_1" in table.dtype.names:
            raise ValueError("its columns are of different types")
        header = [tuple(map(str, name)) for name in _plain(table.attrs["values_block_0_kind"])]
        rows = table[:]
        return _of_columns(header, np.asarray(rows["values_block_0"], float), rows["index"])
    if int(group.attrs["nblocks"]) != 1:
        raise ValueError("its columns are of different types")
    count = int(group.attrs["block0_items_nlevels"])
    levels = [_level(group, f"block0_items_{{}}{k}") for k in range(count)]
    values = np.asarray(group["block0_values"][:], np.float64)
    return _of_columns(list(zip(*levels, strict=True)), values, _index(group))


def _index(group: Any) -> Sequence[Any]:
    if "axis1" in group:
        return _texts_or_numbers(group["axis1"][:])
    # Of folder, film and image, the last names the frame.
    return _level(group, f"axis1_{{}}{int(group.attrs['axis1_nlevels']) - 1}")


def _level(group: Any, name: str) -> list[Any]:
    """The names of one line of a header, for each column."""
    names = _texts_or_numbers(group[name.format("level")][:])
    return [names[k] for k in group[name.format("label")][:].tolist()]


def _texts_or_numbers(values: Any) -> list[Any]:
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values.tolist()]


def _plain(attribute: Any) -> Any:
    """A header that pandas keeps as a pickle in an attribute."""
    return unpickle(bytes(attribute))


def _of_columns(
    header: Sequence[Sequence[str]], values: Float64s, index: Sequence[Any]
) -> ParsedKeypoints:
    """Parse (T, columns) numbers, each column with its scorer, (individual,) joint, coordinate."""
    depth = len(header[0]) if header else 0
    if depth not in (3, 4) or values.shape[1:] != (len(header),):
        raise ValueError("its header is not that of DeepLabCut")
    if len({column[0] for column in header}) > 1:
        raise ValueError("it holds labels of several scorers")
    columns = {
        (column[1] if depth == 4 else "", column[-2], column[-1]): k
        for k, column in enumerate(header)
    }
    people = [p for p in dict.fromkeys(person for person, *_ in columns) if p != _UNIQUE]
    joints = list(dict.fromkeys(joint for person, joint, _ in columns if person != _UNIQUE))
    if len(values) * len(people) * len(joints) > 100 * max(values.size, _MOST_CELLS):
        raise ValueError("its header names more joints than it has columns")
    points = np.full((len(values), len(people), len(joints), 3), np.nan)
    for (person, joint, coordinate), k in columns.items():
        if person != _UNIQUE and coordinate in _COORDINATES:
            place = people.index(person), joints.index(joint), _COORDINATES.index(coordinate)
            points[(slice(None), *place)] = values[:, k]
    numbers = [int(n) if isinstance(n, int | np.integer) else str(n) for n in index]
    return of_slots(DEEPLABCUT, points, images=numbers, joints=joints)
