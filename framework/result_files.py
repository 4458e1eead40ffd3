"""Reading the arrays of `framework.result_table` from untrusted npz and JSON files.

Sizes, types and shapes are checked before any data is unpacked, and values before they are used.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from framework.npz import check_length, read_header
from framework.result_table import HEAD, SCHEMA_VERSION, TABLE, Arrays, json_groups

MAX_BYTES = 4 << 30
"""The most that a results file may unpack to; enough for forty hours of one person."""
_BLOCK = 2048
"""Rows of JSON that become arrays at once."""


class NewerError(Exception):
    """The file follows rules that this program does not know yet."""


def read_npz(path: Path) -> Arrays:
    """The arrays of an npz: every header is checked before any data is unpacked.

    Raises:
        ValueError, KeyError, zipfile.BadZipFile and others: it is not such a file.
        NewerError: it is newer than this program.
    """
    with zipfile.ZipFile(path) as archive:
        members = {key: archive.getinfo(f"{key}.npy") for key in TABLE if _has(archive, key)}
        _check_keys(set(members))
        declared = sum(member.file_size for member in members.values())
        if declared > MAX_BYTES:
            raise ValueError(f"it would unpack to {declared:,} bytes")
        headers = {}
        for key, member in members.items():
            with archive.open(member) as file:
                headers[key] = _header(key, file, member.file_size)
        _check_shapes(headers)
        arrays: Arrays = {}
        for key, member in members.items():
            with archive.open(member) as file:
                array = npy.read_array(file, allow_pickle=False)
            arrays[key] = array.astype(TABLE[key].dtype, order="C", copy=False)
    _check_values(arrays)
    return arrays


def read_json(path: Path) -> Arrays:
    """The arrays of a json file that the json exporter wrote.

    Raises:
        ValueError, KeyError, TypeError: it is not such a file.
        NewerError: it is newer than this program.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES:,} bytes")
    with path.open(encoding="utf-8") as file:
        document, rows = _in_lines(file) or _at_once(file)
    _check_version(document.get("schema_version"))
    arrays = _arrays_of(document, rows)
    _check_keys(set(arrays))
    _check_shapes({key: (array.dtype, array.shape) for key, array in arrays.items()})
    _check_values(arrays)
    return arrays


Rows = dict[str, NDArray[Any]]
"""The values of all rows by key, (rows, numbers a row); with the number of rows under ``""``."""


def _in_lines(file: IO[str]) -> tuple[dict[str, Any], Rows] | None:
    """The head and the rows of a file with a row a line, as `exporter=json` writes them.

    Rows become arrays block by block: as Python numbers they would take ten times the memory of the
    file. None, and the file at its beginning, where it is laid out in another way.
    """
    head: list[str] = []
    if file.readline() == "{\n":
        for line in file:
            if line == '"rows": [\n':
                text = "{" + "".join(head).rstrip(",\n") + "}"
                return json.loads(text, parse_constant=_refuse), _joined(_row_lines(file))
            head.append(line)
    file.seek(0)
    return None


def _row_lines(file: IO[str]) -> Iterator[str]:
    """The lines of rows; raises ValueError where the file ends before their list does."""
    for line in file:
        if not line.startswith("{"):
            if line.rstrip() == "]" and file.read().strip() == "}":
                return
            break
        yield line
    raise ValueError("it breaks off within its rows")


def _at_once(file: IO[str]) -> tuple[dict[str, Any], Rows]:
    document = json.load(file, parse_constant=_refuse)
    if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
        raise ValueError("it has no list of rows")
    return document, _joined(document.pop("rows"))


def _joined(rows: Iterable[Any]) -> Rows:
    """Rows, or lines that hold one each, as arrays."""
    parts: list[Rows] = []
    source = iter(rows)
    while block := list(islice(source, _BLOCK)):
        read = [
            json.loads(row.rstrip(",\n"), parse_constant=_refuse) if isinstance(row, str) else row
            for row in block
        ]
        keys = [key for key in json_groups() if key in read[0]]
        part: Rows = {key: np.array([row[key] for row in read], np.float64) for key in keys}
        parts.append(part | {"": np.zeros(len(read))})
    known = parts[0] if parts else {"": np.zeros(0)}
    return {key: np.concatenate([part[key] for part in parts] or [known[key]]) for key in known}


def _arrays_of(document: dict[str, Any], rows: Rows) -> Arrays:
    """The table out of the head of a document and its rows of one person and frame each."""
    count = len(rows[""])
    n, t = len(document["track_id"]), len(document["frame_index"])
    j, k = len(document["keypoint_names"]), len(document["joint_names"])
    if count != n * t:
        raise ValueError(f"{n} people in {t} frames make {n * t} rows, but it has {count}")

    lengths = {"J": j, "K": k}
    arrays: Arrays = {}
    for key, (first, *others) in json_groups().items():
        if first.head:  # the same for everybody or in every row: read from the head below
            continue
        if first.added_later and count and key not in rows:
            continue
        # Without rows there is nothing to read the keys from.
        values: NDArray[Any] = (rows[key] if count else np.zeros(0)).astype(first.dtype)
        if not others:
            arrays[first.name] = values.reshape(n, t, *first.sides(lengths))
            continue
        group = [first, *others]
        widths = [len(array.csv) for array in group]
        values = values.reshape(n, t, lengths[first.per_joint], sum(widths))
        # (N, T, joints, sum of widths) back into the arrays that JSON joined.
        parts = np.split(values, np.cumsum(widths)[:-1], -1)
        for array, part in zip(group, parts, strict=True):
            arrays[array.name] = part.reshape(n, t, *array.sides(lengths)).copy()
    for each in HEAD:
        value = json.dumps(document[each.name]) if each.name == "meta" else document[each.name]
        arrays[each.name] = np.array(value, each.dtype)
    return arrays


def _has(archive: zipfile.ZipFile, key: str) -> bool:
    return f"{key}.npy" in archive.NameToInfo


def _header(key: str, file: IO[bytes], size: int) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Dtype and shape that a member of an npz declares; they must account for all its bytes."""
    dtype, shape, _ = read_header(key, file)
    if dtype.hasobject:
        raise ValueError(f"{key} holds pickled objects, which are never read")
    check_length(key, dtype, shape, size - file.tell())
    return dtype, shape


_SLOWEST, _FASTEST = 1e-4, 1e5
"""Frames per second: a time-lapse of hours a frame, and any high-speed camera for people."""
_LONGEST_S = 30 * 86400.0
_LARGEST = 1 << 17
"""What no recording of people reaches: with such numbers later steps overflow or run for ever."""


def _check_keys(keys: set[str]) -> None:
    missing = [key for key, array in TABLE.items() if key not in keys and not array.added_later]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")


def _check_shapes(headers: Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]]) -> None:
    """Raise ValueError unless dtypes are those of the table and lengths agree."""
    lengths: dict[str, int] = {}
    # In the order of the table, which decides which array an unequal length is said of.
    for key, array in ((key, array) for key, array in TABLE.items() if key in headers):
        kind, letters = array.dtype, array.shape
        dtype, shape = headers[key]
        fits = dtype.kind == "U" if kind is np.str_ else dtype.newbyteorder("=") == kind
        if not fits:
            raise ValueError(f"{key} is of type {dtype}, not {kind.__name__}")
        wanted = [int(x) if x.isdigit() else lengths.get(x) for x in letters]
        if len(shape) != len(wanted) or any(
            want is not None and want != got for want, got in zip(wanted, shape, strict=True)
        ):
            raise ValueError(f"{key} has shape {shape}, not ({', '.join(letters)}) with {lengths}")
        lengths.update((x, got) for x, got in zip(letters, shape, strict=True) if x.isalpha())


def _check_values(arrays: Arrays) -> None:
    """Raise unless the numbers make sense together."""
    _check_version(int(arrays["schema_version"]))
    times, rate, ids = arrays["time_s"], float(arrays["fps"]), arrays["track_id"]
    problems = {
        "times do not rise": not (np.isfinite(times).all() and (np.diff(times) > 0).all()),
        f"a time is beyond {_LONGEST_S / 86400:g} days": bool((np.abs(times) > _LONGEST_S).any()),
        f"the frame rate is {rate:g}, not {_SLOWEST:g} to {_FASTEST:g} a second": not (
            _SLOWEST <= rate <= _FASTEST
        ),
        f"the image is not of 1 to {_LARGEST} pixels a side": bool(
            ((arrays["image_size_wh"] < 1) | (arrays["image_size_wh"] > _LARGEST)).any()
        ),
        "two people have one track_id": len(np.unique(ids)) != len(ids),
        "there is a state other than 0, 1, 2": bool((arrays["state"] > 2).any()),
    }
    for problem, found in problems.items():
        if found:
            raise ValueError(problem)


def _check_version(version: object) -> None:
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise NewerError(f"it has schema version {version}; this program reads {SCHEMA_VERSION}")
    if version != SCHEMA_VERSION:
        raise ValueError(f"its schema version is {version!r}")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
