"""Rows of one person and frame, for the text formats."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from framework.results import Arrays

# Finer than any camera or lifter is: 0.01 pixel, 0.01 mm, a microsecond.
DECIMALS = {"px": 2, "score": 4, "m": 5, "s": 6}
_BLOCK = 256


def rounded(values: NDArray[np.float32] | NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    """The numbers at the precision of a text file; what is not finite becomes NaN."""
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
