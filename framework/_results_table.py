"""The table of a results file, and reading it from files that anybody may have written.

Letters in shapes: N people, T source frames, J detector keypoints, K joints of the 3D skeleton.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from framework.npz import check_length, read_header

SCHEMA_VERSION = 1
MAX_BYTES = 4 << 30
"""The most that a results file may unpack to; enough for forty hours of one person."""


class NewerError(Exception):
    """The file follows rules that this program does not know yet."""


Arrays = dict[str, NDArray[Any]]

# Key: kind of dtype, and shape. Letters are lengths that must agree throughout a file.
TABLE: Mapping[str, tuple[type, str]] = {
    "schema_version": (np.int64, ""),
    "frame_index": (np.int64, "T"),
    "time_s": (np.float64, "T"),
    "track_id": (np.int64, "N"),
    "keypoints": (np.float32, "NTJ2"),
    "keypoint_scores": (np.float32, "NTJ"),
    "keypoint_names": (np.str_, "J"),
    "boxes": (np.float32, "NT4"),
    "complete": (np.bool_, "NT"),
    "state": (np.uint8, "NT"),
    "joints": (np.float32, "NTK3"),
    "joint_names": (np.str_, "K"),
    "joint_sigmas": (np.float32, "NTK"),
    "valid": (np.bool_, "NT"),
    "root": (np.float32, "NT3"),
    "image_size_wh": (np.int64, "2"),
    "fps": (np.float64, ""),
    "meta": (np.str_, ""),
}


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
            arrays[key] = array.astype(TABLE[key][0], order="C", copy=False)
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
        document = json.load(file, parse_constant=_refuse)
    if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
        raise ValueError("it has no list of rows")
    _check_version(document.get("schema_version"))
    arrays = _arrays_of(document)
    _check_keys(set(arrays))
    _check_shapes({key: (array.dtype, array.shape) for key, array in arrays.items()})
    _check_values(arrays)
    return arrays


def _arrays_of(document: dict[str, Any]) -> Arrays:
    """The table out of a document whose rows hold one person and frame each."""
    rows = document["rows"]
    n, t = len(document["track_id"]), len(document["frame_index"])
    j, k = len(document["keypoint_names"]), len(document["joint_names"])
    if len(rows) != n * t:
        raise ValueError(f"{n} people in {t} frames make {n * t} rows, but it has {len(rows)}")

    def column(name: str, dtype: type, *shape: int) -> NDArray[Any]:
        return np.array([row[name] for row in rows], dtype).reshape(n, t, *shape)

    keypoints = column("keypoints", np.float32, j, 3)
    arrays: Arrays = {
        "keypoints": keypoints[..., :2].copy(),
        "keypoint_scores": keypoints[..., 2].copy(),
        "boxes": column("box", np.float32, 4),
        "complete": column("complete", np.bool_),
        "state": column("state", np.uint8),
        "joints": column("joints", np.float32, k, 3),
        "joint_sigmas": column("joint_sigmas", np.float32, k),
        "valid": column("valid", np.bool_),
        "root": column("root", np.float32, 3),
        "meta": np.array(json.dumps(document["meta"])),
    }
    for key in TABLE.keys() - arrays.keys():
        arrays[key] = np.array(document[key], TABLE[key][0])
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


def _check_keys(keys: set[str]) -> None:
    missing = [key for key in TABLE if key not in keys]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")


def _check_shapes(headers: Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]]) -> None:
    """Raise ValueError unless dtypes are those of the table and lengths agree."""
    lengths: dict[str, int] = {}
    for key, (kind, letters) in TABLE.items():
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
        "the frame rate is not a positive number": not (np.isfinite(rate) and rate > 0),
        "the picture has no size": bool((arrays["image_size_wh"] < 1).any()),
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
