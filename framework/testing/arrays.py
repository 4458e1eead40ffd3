"""Finding, guarding and comparing the arrays inside frames, people, tracks and poses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every part that is neither a list nor a dataclass, with its path: ``[0].boxes``."""
    if isinstance(value, list | tuple):
        yield f"{path}.length", len(value)
        for number, part in enumerate(value):
            yield from leaves(part, f"{path}[{number}]")
    elif is_dataclass(value):
        for part in fields(value):
            yield from leaves(getattr(value, part.name), f"{path}.{part.name}")
    else:
        yield path.lstrip("."), value


def arrays(value: object) -> dict[str, NDArray[Any]]:
    """Every array, by its path."""
    return {path: part for path, part in leaves(value) if isinstance(part, np.ndarray)}


def freeze(value: object) -> dict[str, NDArray[Any]]:
    """Make every array read-only; return copies to compare with later."""
    copies = {path: part.copy() for path, part in arrays(value).items()}
    for part in arrays(value).values():
        part.flags.writeable = False
    return copies


def difference(first: object, second: object, tolerance: float = 0.0) -> str:
    """Say where two values differ, in words; nothing where they are equal.

    Args:
        first: any nest of lists, dataclasses and arrays.
        second: what it is compared with.
        tolerance: how far numbers of a floating-point array may be apart.
    """
    left, right = dict(leaves(first)), dict(leaves(second))
    # In the order of the values: a set would name another of several differences in each process.
    for path in {**left, **right}:
        if path not in left or path not in right or not _same(left[path], right[path], tolerance):
            return f"{path}: {_short(left.get(path))} and {_short(right.get(path))}"
    return ""


def _same(left: object, right: object, tolerance: float) -> bool:
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        if left.shape != right.shape or left.dtype != right.dtype:
            return False
        if left.dtype.kind == "f":
            return np.allclose(left, right, rtol=0, atol=tolerance, equal_nan=True)
        return np.array_equal(left, right)
    if isinstance(left, Mapping):
        return left == right
    return type(left) is type(right) and left == right


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    return repr(value)[:80]
