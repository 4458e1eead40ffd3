"""Writes the table of `framework.results` as JSON: a head, then one line a person and frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from framework.result_table import HEAD, JSON_UNITS, Arrays, json_groups
from framework.results import to_arrays
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._rows import blocks, columns, joined, rounded
from .config import JsonConfig


class JsonExporter(Exporter):
    """``<target>.json``: strict JSON, null where a number is missing."""

    def __init__(self, config: JsonConfig, runtime: Runtime) -> None:
        pass

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file row by row; see `framework.stages.Exporter`."""
        path = target.with_name(f"{target.name}.json")
        # File names need not be text.
        with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            _write(to_arrays(result), file)
        return [path]


def _write(arrays: Arrays, file: IO[str]) -> None:
    """The head, a key a line, and the rows."""
    file.write("{\n")
    for key, value in _head(arrays).items():
        # NaN is not JSON (RFC 8259): an error is better than a file that strict parsers reject.
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        file.write(f"{json.dumps(key)}: {text},\n")
    file.write('"rows": [')
    for number, row in enumerate(_rows(arrays)):
        # Rows hold numbers only, so "NaN" can be nothing but a missing one.
        text = json.dumps(row, separators=(",", ":")).replace("NaN", "null")
        file.write(f"{',' if number else ''}\n{text}")
    file.write("\n]\n}\n")


def _head(arrays: Arrays) -> dict[str, Any]:
    """What is said once: the names, the times of the clip, and how all this was made."""
    head: dict[str, Any] = {}
    for array in HEAD:
        values = arrays[array.name]
        head[array.name] = (rounded(values, array.unit) if array.unit else values).tolist()
        # In the npz, meta is a JSON text; here it is an object.
        if array.name == "meta":
            head |= {"meta": json.loads(head["meta"]), "units": dict(JSON_UNITS)}
    return head


def _rows(arrays: Arrays) -> Iterator[dict[str, Any]]:
    for person, rows in blocks(arrays):
        found = columns(arrays, person, rows)
        keys = {key: joined(found, group).tolist() for key, group in json_groups().items()}
        for values in zip(*keys.values(), strict=True):
            yield dict(zip(keys, values, strict=True))
