"""Long clips piece by piece, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from framework.types import Times

ROWS = 1500
"""Of a piece, without its margins."""
MARGIN_S = 3.0
"""What is farther away than this does not matter to a row."""


def windows(time_s: Times) -> Iterator[tuple[slice, slice]]:
    """Yield the rows to solve together, and which of these to keep; kept rows are all, once.

    Args:
        time_s: (T,) rising.
    """
    for start in range(0, len(time_s), ROWS):
        stop = min(start + ROWS, len(time_s))
        first = max(int(np.searchsorted(time_s, time_s[start] - MARGIN_S)), start - ROWS)
        last = min(int(np.searchsorted(time_s, time_s[stop - 1] + MARGIN_S)) + 1, stop + ROWS)
        yield slice(first, last), slice(start - first, stop - first)
