"""Comparing nests of lists, dataclasses and arrays."""

from dataclasses import dataclass

import numpy as np
import pytest

from framework.testing.arrays import arrays, difference, freeze


@dataclass
class Part:
    """A leaf with an array and a word."""

    values: np.ndarray
    word: str = "a"


def nest(value=1.0):
    return [Part(np.array([value, np.nan], np.float32)), Part(np.arange(2))]


def test_arrays_are_found_by_their_path():
    assert list(arrays(nest())) == ["[0].values", "[1].values"]


def test_equal_nests_do_not_differ_and_nan_equals_nan():
    assert difference(nest(), nest()) == ""


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (nest(2.0), "[0].values"),
        (nest()[:1], "length"),
        ([*nest()[:1], Part(np.arange(2.0))], "[1].values: int64 (2,) and float64 (2,)"),
        ([*nest()[:1], Part(np.arange(3))], "[1].values: int64 (2,) and int64 (3,)"),
        ([*nest()[:1], Part(np.arange(2), "b")], "[1].word: 'a' and 'b'"),
    ],
)
def test_a_difference_is_named_by_its_path(other, said):
    assert said in difference(nest(), other)


def test_numbers_may_be_apart_by_the_tolerance_and_no_more():
    assert difference(nest(1.0), nest(1.25), tolerance=0.25) == ""
    assert difference(nest(1.0), nest(1.25), tolerance=0.24) != ""


def test_frozen_arrays_are_read_only_and_copied():
    value = nest()
    copies = freeze(value)
    assert copies["[1].values"] is not value[1].values
    with pytest.raises(ValueError, match="read-only"):
        value[1].values[0] = 5
