"""Flat lists of numbers become a table of people, joints and coordinates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from framework.plugins.detector.keypoints.parsed import table

finite = st.floats(-1e6, 1e6)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6), st.just(3)), elements=finite)
)
def test_a_flat_list_per_person_is_taken_apart_again(points):
    rows = points.reshape(len(points), -1).tolist()
    np.testing.assert_array_equal(table(rows, "keypoints"), points)


def test_nobody_is_a_table_of_nobody():
    assert table([], "keypoints").shape == (0, 0, 3)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 2, 3], [1, 2, 3, 4, 5, 6]], "people have 3 and 6 numbers of keypoints"),
        ([[1, 2]], "people have 2 numbers of keypoints, not 3 a joint"),
        ([[[1], [2], [3]]], "the keypoints of a person are not a flat list"),
        ([["a", "b", "c"]], "could not convert"),
    ],
)
def test_anything_else_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        table(rows, "keypoints")
