"""Lets any file name through Hydra's grammar.

Hydra refuses or alters many names (``clip (1).mp4``, ``a,b.mp4``, ``null``, ``1e5``, ``${x}``),
so values of path options are quoted before Hydra sees them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

ENVIRONMENT = "${oc.env:"
"""How a value begins that is read from the environment."""
_OVERRIDE = re.compile(r"(?P<key>(?:\+\+|\+)?[\w./]+)=(?P<value>.*)", re.DOTALL)

_PART = re.compile(r"""\s*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*(?=,|$)|[^,]+""", re.DOTALL)


def quote(text: str) -> str:
    r"""Return ``text`` as a Hydra string that is read back unchanged.

    A backslash goes before every ``${`` and every single quote, and the backslashes right
    before these, or at the very end, are doubled.
    """
    if text == "???":  # OmegaConf's mark of a missing value, even when quoted
        text = "./???"
    text = re.sub(r"(\\*)'", r"\1\1\\'", escape_interpolation(text))
    text = re.sub(r"(\\+)$", r"\1\1", text)
    return f"'{text}'"


def escape_interpolation(text: str) -> str:
    """Return ``text`` such that OmegaConf reads ``${`` in it as these two characters."""
    return re.sub(r"(\\*)\$\{", r"\1\1\\${", text)


def escaped(document: Any) -> Any:
    """Return a document of plain types with ``${`` escaped in every string of its values.

    But for values from the environment, which are to be read again.
    """
    if isinstance(document, dict):
        return {key: escaped(part) for key, part in document.items()}
    if isinstance(document, list):
        return [escaped(part) for part in document]
    if isinstance(document, str) and ENVIRONMENT not in document:
        return escape_interpolation(document)
    return document


_MOST_LETTERS = 255
"""Of the name of a file; file systems allow no more."""


def quote_paths(arguments: Sequence[str], path_keys: Collection[str]) -> list[str]:
    """Quote the values of path options in a command line.

    A comma separates the values of a sweep only with ``-m``, and never inside the name of an
    existing file; ``[a,b]`` is a list unless a file has that name; a value that is quoted
    already is left alone unless a file has that name.

    Args:
        arguments: what follows the program's name.
        path_keys: option names whose values are paths.
    """
    sweep = any(argument in ("-m", "--multirun") for argument in arguments)
    return [_quote_argument(argument, path_keys, sweep) for argument in arguments]


def _quote_argument(argument: str, path_keys: Collection[str], sweep: bool) -> str:
    match = _OVERRIDE.fullmatch(argument)
    if match is None or match["key"].lstrip("+") not in path_keys:
        return argument
    if match["value"] == "null" and match["key"] != "input":
        return argument  # takes back what a preset or a sweep set
    return f"{match['key']}={_quote_value(match['value'], sweep)}"


def _quote_value(value: str, sweep: bool) -> str:
    if value == "" or _exists(value):
        return quote(value)
    if _is_quoted(value):
        return value
    if value.startswith("[") and value.endswith("]"):
        return "[" + ",".join(_quote_part(part) for part in _split(value[1:-1])) + "]"
    if sweep and "," in value:
        return ",".join(_quote_part(part) for part in _split(value))
    return quote(value)


def _split(value: str) -> list[str]:
    """Split at commas, but not inside quotes or the name of an existing file."""
    parts = _PART.findall(value)
    names = []
    while parts:
        size = _longest_name(parts)
        names.append(",".join(parts[:size]))
        parts = parts[size:]
    return names


def _longest_name(parts: Sequence[str]) -> int:
    """How many parts, from the first one on, are together the name of an existing file; or 1."""
    longest = 1
    for size in range(2, len(parts) + 1):
        name = ",".join(parts[:size])
        folder, _, last = name.rpartition("/")
        # No longer name can exist either: lists of many files would take quadratic time.
        if len(last) > _MOST_LETTERS or (folder and not _exists(folder)):
            break
        if _exists(name):
            longest = size
    return longest


def _quote_part(part: str) -> str:
    return part.strip() if _is_quoted(part.strip()) else quote(part)


def _is_quoted(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""


def _exists(value: str) -> bool:
    try:
        return Path(value).exists()
    except (OSError, ValueError):  # too long, or a null byte
        return False
