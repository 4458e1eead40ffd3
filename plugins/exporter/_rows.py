"""Rows of one person and frame, rounded, for the text formats (csv and json)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from framework.results import Arrays

DECIMALS = {"px": 2, "score": 4, "m": 5, "s": 6}
"""Decimals by unit: 0.01 pixel, 0.01 mm and 1 microsecond, finer than any detector or lifter."""
_BLOCK_ROWS = 256
"""Rows turned into text at once: a long clip must not stand in memory as Python numbers."""


def rounded(values: NDArray[np.float32] | NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    """Round numbers to the precision of a text file.

    Args:
        values: any shape.
        unit: a key of `DECIMALS`.

    Returns:
        The same shape as float64; infinite values become NaN, and negative zeros become zeros.
    """
    # float32 numbers that were rounded as float32 would show their binary tail (0.3400000036).
    fine = values.astype(np.float64)
    np.round(fine, DECIMALS[unit], out=fine)
    fine[~np.isfinite(fine)] = np.nan
    fine += 0.0  # -0.0 + 0.0 is 0.0: equal results must give equal text
    return fine


def blocks(arrays: Arrays) -> Iterator[tuple[int, slice]]:
    """Divide the table into blocks of rows.

    Yields:
        The number of a person and a slice of its rows, person after person, in order.
    """
    rows = len(arrays["frame_index"])
    for person in range(len(arrays["track_id"])):
        for start in range(0, rows, _BLOCK_ROWS):
            yield person, slice(start, min(start + _BLOCK_ROWS, rows))
