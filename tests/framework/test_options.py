"""Options: what is allowed, in the check and in words."""

import math
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.options import (
    Allowed,
    OptionError,
    Options,
    allowed_in_words,
    allowed_of,
    choices_of,
    option,
)


class Side(Enum):
    left = 1
    right = 2


@dataclass(frozen=True, kw_only=True)
class Example(Options):
    """One option of each kind."""

    count: int = option(1, "how many", low=1, high=9)
    gap_s: float | None = option(None, "a gap", above=0)
    ids: list[int] = option(lambda: [0, 1], "two ids", low=0, length=2)
    side: Side | None = option(Side.left, "which side")
    order: int = option(2, "order of the Butterworth filter", choices=(1, 2, 4))
    fast: bool = option(False, "hurry")
    path: Path | None = option(None, "a file")
    plain: int = 3


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (Allowed(), ""),
        (Allowed(low=0), "at least 0"),
        (Allowed(above=0, high=1), "above 0 and at most 1"),
        (Allowed(low=0, below=1), "at least 0 and below 1"),
        (Allowed(low=0.5, high=2), "from 0.5 to 2"),
        (Allowed(choices=("a", "b")), "one of a, b"),
    ],
)
def test_what_is_allowed_in_words(allowed, words):
    assert allowed.in_words() == words


@given(value=st.floats(allow_nan=False), low=st.floats(-9, 9), high=st.floats(-9, 9))
def test_bounds_are_as_python_compares(value, low, high):
    assert (Allowed(low=low, high=high).problem_of(value) == "") == (low <= value <= high)
    assert (Allowed(above=low, below=high).problem_of(value) == "") == (low < value < high)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 0}, "count is 0, but must be from 1 to 9"),
        ({"count": 10}, "count is 10, but must be from 1 to 9"),
        ({"gap_s": 0.0}, "gap_s is 0.0, but must be above 0"),
        ({"gap_s": math.nan}, "gap_s is nan, but must be above 0"),
        ({"ids": [1]}, r"ids is \[1\], but must have 2 elements"),
        ({"ids": [1, -1]}, r"ids is \[1, -1\], but must be at least 0"),
        ({"order": 3}, "order is 3, but must be one of 1, 2, 4"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_name(values, message):
    with pytest.raises(OptionError, match=message) as caught:
        Example(**values)
    assert caught.value.of("tracker").name == f"tracker.{caught.value.name}"


def test_the_help_is_the_hint_of_the_error():
    with pytest.raises(OptionError) as caught:
        Example(order=3)
    assert caught.value.hint == "Order of the Butterworth filter"


def test_values_on_the_bounds_and_none_are_accepted():
    example = Example(count=9, gap_s=None, ids=[0, 0], order=4)
    assert (example.count, example.gap_s, example.ids) == (9, None, [0, 0])


def test_a_callable_default_makes_a_new_value_each_time():
    assert Example().ids == [0, 1]
    assert Example().ids is not Example().ids


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("side", ("left", "right", "null")),
        ("order", ("1", "2", "4")),
        ("fast", ("true", "false")),
        ("count", ()),
        ("path", ()),
        ("nothing", ()),
    ],
)
def test_values_that_can_be_listed(name, choices):
    assert choices_of(Example, name) == choices


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("side", "one of left, right"),
        ("order", "one of 1, 2, 4"),
        ("fast", ""),
        ("gap_s", "above 0"),
        ("plain", ""),
    ],
)
def test_help_says_what_is_allowed(name, words):
    declared = next(each for each in fields(Example) if each.name == name)
    assert allowed_in_words(Example, declared) == words


def test_a_field_that_is_declared_otherwise_allows_everything():
    declared = next(each for each in fields(Example) if each.name == "plain")
    assert allowed_of(declared).problem_of(-(10**9)) == ""
