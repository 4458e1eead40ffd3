"""Long clips in overlapping windows, so that memory does not grow with them.

A window's rows are solved with a margin on both sides, of which the results are dropped. Without
the margin the path would have a visible step from window to window.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from framework.types import Times

ROWS = 1500
"""Rows of a window without its margins."""
MARGIN_S = 3.0
"""Observations farther away in time than this hardly influence a row."""


def windows(time_s: Times) -> Iterator[tuple[slice, slice]]:
    """Divide rows into windows.

    Args:
        time_s: (T,) rising.

    Yields:
        The rows to solve together, and which of these to keep (relative to the first). Each row is
        kept once.
    """
    for start in range(0, len(time_s), ROWS):
        stop = min(start + ROWS, len(time_s))
        # At very high frame rates 3 s are many rows: a margin is at most as long as a window.
        first = max(int(np.searchsorted(time_s, time_s[start] - MARGIN_S)), start - ROWS)
        last = min(int(np.searchsorted(time_s, time_s[stop - 1] + MARGIN_S)) + 1, stop + ROWS)
        yield slice(first, last), slice(start - first, stop - first)
