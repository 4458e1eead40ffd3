"""Colours of sides and people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.plugins.renderer.video.palette import (
    LEFT,
    MIDDLE,
    PEOPLE,
    RIGHT,
    mix,
    person_colour,
    rgb,
    shades,
    sides,
)
from framework.skeletons import COCO17

colours = st.tuples(*[st.integers(0, 255)] * 3)


def luminance(colour) -> float:
    """Relative luminance of the sRGB standard (IEC 61966-2-1)."""
    part = np.array(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_sides_follow_the_names_of_joints():
    side = sides(COCO17)
    assert side[COCO17.index("nose")] == 0
    assert side[COCO17.index("left_wrist")] == 1 and side[COCO17.index("right_wrist")] == 2


def test_a_single_person_has_the_colours_of_the_sides():
    np.testing.assert_array_equal(shades(0, 1), [MIDDLE, LEFT, RIGHT])
    assert person_colour(0, 1) == MIDDLE


@pytest.mark.parametrize("person", range(len(PEOPLE)))
def test_left_is_lighter_and_right_darker_than_the_person_s_colour(person):
    middle, left, right = (luminance(colour) for colour in shades(person, 3))
    assert left > middle > right


def test_colours_repeat_after_the_last_one():
    assert person_colour(len(PEOPLE), 20) == person_colour(0, 20) == PEOPLE[0]


@given(one=colours, other=colours, share=st.floats(0, 1))
def test_a_mixture_lies_between_its_colours(one, other, share):
    assert mix(one, other, 0) == one and mix(one, other, 1) == other
    for part, a, b in zip(mix(one, other, share), one, other, strict=True):
        assert min(a, b) <= part <= max(a, b)


def test_numbers_outside_a_byte_are_clipped():
    assert rgb([-3.2, 99.6, 300]) == (0, 100, 255)
