"""Parses untrusted JSON in time and memory that are in proportion to its size."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from framework.results import reason

_SHORT = 4
"""Numbers from which a list becomes an array, which takes an eighth of the memory."""
_FREE = 1 << 28
"""Bytes that any document may take."""
_TIMES = 6
"""Times its own size that a longer document may take."""
_LIST_BYTES, _OBJECT_BYTES, _NUMBER_BYTES = 64, 184, 32
"""What Python needs for each, at least."""


def parse(content: bytes, name: str = "it") -> Any:
    """The document; lists of numbers in its objects are float32 arrays, null is NaN in these.

    A document a line (JSON Lines) is a list of documents.

    Args:
        content: JSON, in UTF-8, UTF-16 or UTF-32.
        name: what the content is called in messages.

    Raises:
        ValueError: it is not whole JSON, or would take much more memory than its size.
    """
    _check_memory(content, name)
    try:
        text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
        del content  # the caller keeps none: with the text, it would be twice the memory
        # A number beyond float32 becomes infinite, and so a missing joint.
        with np.errstate(over="ignore"):
            return _loaded(text)
    except RecursionError as error:
        raise ValueError(f"{name} nests brackets without end") from error
    except ValueError as error:
        raise ValueError(f"{name} is not complete JSON ({reason(error)})") from error


def _loaded(text: str) -> Any:
    """The document, or where there are several, one a line, the list of them."""
    try:
        return json.loads(text, object_hook=_compact)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
        lines = filter(str.strip, text.splitlines())
        return [json.loads(line, object_hook=_compact) for line in lines]


def _check_memory(content: bytes, name: str) -> None:
    """Raise ValueError when a document consists of little but brackets and commas."""
    lists, objects = content.count(b"["), content.count(b"{")
    # Numbers in objects are packed as soon as the object ends.
    numbers = 0 if objects else content.count(b",")
    needed = lists * _LIST_BYTES + objects * _OBJECT_BYTES + numbers * _NUMBER_BYTES
    if needed > max(_FREE, _TIMES * len(content)):
        raise ValueError(
            f"{name} has {lists + objects:,} brackets in {len(content):,} bytes: they hold no "
            "keypoints"
        )


def _compact(entry: dict[str, Any]) -> dict[str, Any]:
    """Replace lists of numbers by arrays, and lists of lists of numbers."""
    for key, value in entry.items():
        if isinstance(value, list) and len(value) >= _SHORT and _are_numbers(value):
            try:
                entry[key] = np.array(value, np.float32)
            except (ValueError, TypeError, OverflowError):
                continue  # text among the numbers, or rows of several lengths
    return entry


def _are_numbers(values: list[Any]) -> bool:
    """Whether a list begins like one of numbers, or of lists of them."""
    first = values[0]
    if isinstance(first, list) and first:
        first = first[0]
    return first is None or isinstance(first, int | float)
