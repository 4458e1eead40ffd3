"""Writes the table of `framework.results` as JSON: a head, then one line a person and frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from framework.results import Arrays, to_arrays
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._rows import blocks, rounded
from .config import JsonConfig

UNITS = {
    "time_s": "seconds from the start of the clip",
    "box": "x1 y1 x2 y2, pixels",
    "keypoints": "x y score, pixels",
    "joints": "x y z, metres from the root joint, camera axes (x right, y down, z away)",
    "joint_sigmas": "standard deviation along each axis, metres",
    "root": "x y z, metres, camera frame",
    "state": "0 missing, 1 observed, 2 filled",
}
_LISTS = ("track_id", "frame_index", "keypoint_names", "joint_names", "image_size_wh")


class JsonExporter(Exporter):
    """``<target>.json``: strict JSON, null where a number is missing."""

    def __init__(self, config: JsonConfig, runtime: Runtime) -> None:
        pass

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file row by row; see `framework.stages.Exporter`."""
        path = target.with_name(f"{target.name}.json")
        with path.open("w", encoding="utf-8", newline="\n") as file:
            _write(to_arrays(result), file)
        return [path]


def _write(arrays: Arrays, file: IO[str]) -> None:
    """The head, a key a line, and the rows."""
    file.write("{\n")
    for key, value in _head(arrays).items():
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        file.write(f"{json.dumps(key)}: {text},\n")
    file.write('"rows": [')
    for number, row in enumerate(_rows(arrays)):
        # Rows hold numbers only, so "NaN" can be nothing but a missing one.
        text = json.dumps(row, separators=(",", ":")).replace("NaN", "null")
        file.write(f"{',' if number else ''}\n{text}")
    file.write("\n]\n}\n")


def _head(arrays: Arrays) -> dict[str, Any]:
    """What is said once: the names, the clock of the clip, and where all this comes from."""
    return {
        "schema_version": int(arrays["schema_version"]),
        "meta": json.loads(str(arrays["meta"])),
        "units": UNITS,
        "fps": float(arrays["fps"]),
        **{key: arrays[key].tolist() for key in _LISTS},
        "time_s": rounded(arrays["time_s"], "s").tolist(),
    }


def _rows(arrays: Arrays) -> Iterator[dict[str, Any]]:
    for person, rows in blocks(arrays):
        columns = {key: values.tolist() for key, values in _columns(arrays, person, rows).items()}
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))


def _columns(arrays: Arrays, person: int, rows: slice) -> dict[str, NDArray[Any]]:
    """The keys of a row in order, with some rows of one person."""
    pixels = rounded(arrays["keypoints"][person, rows], "px")
    scores = rounded(arrays["keypoint_scores"][person, rows, :, None], "score")
    return {
        "track_id": np.full(len(pixels), arrays["track_id"][person]),
        "frame_index": arrays["frame_index"][rows],
        "time_s": rounded(arrays["time_s"][rows], "s"),
        "state": arrays["state"][person, rows],
        "complete": arrays["complete"][person, rows],
        "valid": arrays["valid"][person, rows],
        "box": rounded(arrays["boxes"][person, rows], "px"),
        "keypoints": np.concatenate([pixels, scores], -1),
        "joints": rounded(arrays["joints"][person, rows], "m"),
        "joint_sigmas": rounded(arrays["joint_sigmas"][person, rows], "m"),
        "root": rounded(arrays["root"][person, rows], "m"),
    }
