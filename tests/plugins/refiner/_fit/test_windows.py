"""Overlapping windows over long clips."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.refiner._fit.windows import MARGIN_S, ROWS, windows


@settings(deadline=None, max_examples=30)
@given(rows=st.integers(0, 4000), fps=st.sampled_from([0.5, 30.0, 240.0]))
def test_each_row_is_kept_once_in_order(rows, fps):
    time_s = np.arange(rows) / fps
    kept = [
        row
        for together, keep in windows(time_s)
        for row in range(together.start + keep.start, together.start + keep.stop)
    ]
    assert kept == list(range(rows))


@settings(deadline=None, max_examples=30)
@given(rows=st.integers(1, 4000), fps=st.sampled_from([0.5, 30.0, 240.0]))
def test_windows_reach_beyond_what_is_kept_but_stay_bounded(rows, fps):
    time_s = np.arange(rows) / fps
    for together, keep in windows(time_s):
        assert together.stop - together.start <= 3 * ROWS
        first, last = together.start + keep.start, together.start + keep.stop - 1
        assert together.start == 0 or (
            time_s[first] - time_s[together.start] >= MARGIN_S - 1 / fps or keep.start == ROWS
        )
        assert together.stop >= rows or (
            time_s[together.stop - 1] >= time_s[last] + MARGIN_S - 1e-6
            or together.stop - 1 - last == ROWS
        )


def test_a_short_clip_is_one_window():
    [(together, kept)] = windows(np.arange(ROWS) / 30)
    assert np.arange(ROWS)[together].tolist() == np.arange(ROWS)[kept].tolist() == [*range(ROWS)]
