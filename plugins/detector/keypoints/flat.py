"""Lists of numbers, one for each person, become a table of joints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .joint_orders import COUNTS
from .parsed import Float64s


def table(rows: Sequence[Any], what: str) -> Float64s:
    """(P, K, 3) from flat lists ``x y score x y score ...``, (0, 0, 3) from none.

    Lists of pairs ``x y x y ...``, and lists with a list for each joint, are read too; without
    scores, all of them are 0.

    Raises:
        ValueError: they differ in length, or are not numbers.
    """
    lengths = sorted({len(row) for row in rows})
    if not lengths:
        return np.zeros((0, 0, 3))
    if len(lengths) > 1:
        raise ValueError(_refusal(lengths, what))
    points = np.array(rows, np.float64)
    if points.ndim == 2:
        points = points.reshape(len(rows), -1, _numbers_a_joint(lengths[0], what))
    if points.ndim != 3 or points.shape[2] not in (2, 3):
        raise ValueError(f"the {what} of a person are not a flat list of numbers")
    return points if points.shape[2] == 3 else np.insert(points, 2, 0.0, axis=2)


def _numbers_a_joint(length: int, what: str) -> int:
    """3, or 2 where only that gives a number of joints that a tool writes."""
    pairs = length % 2 == 0 and length // 2 in COUNTS
    if pairs and not (length % 3 == 0 and length // 3 in COUNTS):
        return 2
    if length % 3:
        raise ValueError(_refusal([length], what))
    return 3


def _refusal(lengths: Sequence[int], what: str) -> str:
    counts = " and ".join(str(length) for length in lengths[:3])
    return f"people have {counts} numbers of {what}, not 3 a joint (or 2) for everybody"
