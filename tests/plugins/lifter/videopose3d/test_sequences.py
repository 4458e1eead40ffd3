"""Filling gaps and cutting windows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.lifter.videopose3d.sequences import (
    Sequence,
    batches_of,
    cut_out,
    fill_gaps,
    windows_of,
)


@settings(deadline=None, max_examples=60)
@given(
    seen=st.lists(st.booleans(), min_size=1, max_size=30).filter(any),
    seed=st.integers(0, 1000),
)
def test_gaps_are_filled_as_numpy_interpolates_in_time(seen, seed):
    draw = np.random.default_rng(seed)
    seen = np.array(seen)
    time_s = draw.uniform(0.01, 1, len(seen)).cumsum()
    values = draw.normal(size=(len(seen), 1, 2))
    gaps = np.where(seen[:, None, None], values, np.nan)
    filled = fill_gaps(gaps, time_s)
    for axis in range(2):
        expected = np.interp(time_s, time_s[seen], values[seen, 0, axis])
        np.testing.assert_allclose(filled[:, 0, axis], expected, atol=1e-9)
    np.testing.assert_array_equal(filled[seen], values[seen])


def test_each_joint_has_its_own_gaps_and_one_never_seen_stays_nan():
    values = np.full((5, 3, 2), np.nan)
    values[[0, 4], 0] = [[0, 0], [4, 8]]
    values[2, 1] = 7
    filled = fill_gaps(values, np.arange(5.0))
    np.testing.assert_array_equal(filled[:, 0], [[0, 0], [1, 2], [2, 4], [3, 6], [4, 8]])
    assert (filled[:, 1] == 7).all()
    assert np.isnan(filled[:, 2]).all()


def test_no_rows_at_all_stay_no_rows():
    assert fill_gaps(np.zeros((0, 17, 2)), np.zeros(0)).shape == (0, 17, 2)


@settings(deadline=None, max_examples=60)
@given(
    masks=st.lists(st.lists(st.booleans(), max_size=20), max_size=4),
    frames=st.integers(1, 7),
    size=st.integers(1, 3),
)
def test_windows_cover_every_present_row_once(masks, frames, size):
    sequences = [
        Sequence(values=np.zeros((len(mask), 17, 2), np.float32), present=np.array(mask, bool))
        for mask in masks
    ]
    counts = [np.zeros(len(mask), int) for mask in masks]
    for batch in batches_of(windows_of(sequences, frames), size):
        assert len(batch) <= size
        assert len({len(window) for window in batch}) == 1
        for window in batch:
            counts[window.sequence][window.start : window.stop] += 1
    for sequence, count in zip(sequences, counts, strict=True):
        assert (count <= 1).all()
        assert (count[sequence.present] == 1).all()


def test_ends_repeat():
    values = np.arange(4, dtype=np.float32)[:, None, None]
    sequence = Sequence(values=values, present=np.ones(4, bool))
    (window,) = windows_of([sequence], 10)
    np.testing.assert_array_equal(
        cut_out(sequence, window, 2, 3).ravel(), [0, 0, 0, 1, 2, 3, 3, 3, 3]
    )
