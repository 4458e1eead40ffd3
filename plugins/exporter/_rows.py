"""Rows of one person and frame, for the text formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.result_table import COLUMNS, DECIMALS, Arrays, ResultArray

_BLOCK = 256
"""Rows that are turned into text at once."""


def rounded(values: NDArray[np.float32] | NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    """The numbers at the precision of a text file; what is not finite becomes NaN."""
    # float32 has no exact 0.12: rounded there, it would be printed as 0.11999999731779099.
    fine = values.astype(np.float64)
    np.round(fine, DECIMALS[unit], out=fine)
    fine[~np.isfinite(fine)] = np.nan
    fine += 0.0  # turns negative zeros into zeros
    return fine


def blocks(arrays: Arrays) -> Iterator[tuple[int, slice]]:
    """Number of the person and some of the rows, in order, few enough to hold as text."""
    rows = len(arrays["frame_index"])
    for person in range(len(arrays["track_id"])):
        for start in range(0, rows, _BLOCK):
            yield person, slice(start, min(start + _BLOCK, rows))


def columns(arrays: Arrays, person: int, rows: slice) -> Arrays:
    """Everything that a text file says about some rows of one person, by array, rounded.

    Returns:
        One element of the first axis for each row, in the order of `framework.result_table`.
    """
    count = len(arrays["frame_index"][rows])
    found: Arrays = {}
    for array in COLUMNS:
        values = arrays[array.name]
        if array.shape == "N":
            # (N,), the track id: repeated, so that each row can be read alone.
            values = np.full(count, values[person])
        else:
            values = values[rows] if array.shape == "T" else values[person, rows]
        found[array.name] = rounded(values, array.unit) if array.unit else values
    return found


def joined(values: Arrays, group: Sequence[ResultArray]) -> NDArray[Any]:
    """Arrays of one group beside each other, such as x, y and score of each keypoint."""
    parts = [values[array.name] for array in group]
    if len(parts) == 1:
        return parts[0]
    # (R, J, 2) keypoints and (R, J) scores become (R, J, 2 + 1).
    return np.concatenate([part.reshape(*part.shape[:2], -1) for part in parts], -1)
