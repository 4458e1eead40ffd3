"""Rounding and blocks of rows for the text formats."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.exporter._rows import DECIMALS, blocks, rounded
from framework.results import to_arrays


@settings(deadline=None)
@given(value=st.floats(-1e4, 1e4, width=32), unit=st.sampled_from(sorted(DECIMALS)))
def test_numbers_are_rounded_to_the_decimals_of_their_unit(value, unit):
    [text] = map(repr, rounded(np.array([value], np.float32), unit).tolist())
    assert float(text) == round(float(np.float32(value)), DECIMALS[unit]) + 0.0
    assert text != "-0.0"


def test_what_is_not_finite_becomes_nan_and_the_input_stays():
    values = np.array([np.inf, -np.inf, np.nan, 1.23456], np.float32)
    before = values.copy()
    np.testing.assert_array_equal(rounded(values, "px"), [np.nan, np.nan, np.nan, 1.23])
    np.testing.assert_array_equal(values, before)


def test_blocks_cover_each_row_of_each_person_once_in_order(make_clip):
    arrays = to_arrays(make_clip(people=2, rows=600))
    covered = [
        (person, row) for person, rows in blocks(arrays) for row in range(rows.start, rows.stop)
    ]
    assert covered == [(person, row) for person in range(2) for row in range(600)]
