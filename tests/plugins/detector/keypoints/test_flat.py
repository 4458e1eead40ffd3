"""Flat lists of numbers become a table of people, joints and coordinates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from framework.plugins.detector.keypoints.flat import table

finite = st.floats(-1e6, 1e6)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6), st.just(3)), elements=finite)
)
def test_a_flat_list_per_person_is_taken_apart_again(points):
    rows = points.reshape(len(points), -1).tolist()
    np.testing.assert_array_equal(table(rows, "keypoints"), points)


@pytest.mark.parametrize("joints", [17, 18, 25, 26, 33, 133, 136])
def test_pairs_are_known_by_the_number_of_joints(joints):
    points = np.arange(2.0 * joints).reshape(1, joints, 2)
    for rows in (points.reshape(1, -1).tolist(), points.tolist()):
        found = table(rows, "keypoints")
        np.testing.assert_array_equal(found[..., :2], points)
        assert (found[..., 2] == 0).all()


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
