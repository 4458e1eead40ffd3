"""Shadow maps of a ball above the floor."""

import numpy as np
import pytest

from framework.lab.sample.shadow import Shadow
from framework.lab.sample.solids import Builder, Material

GREY = Material(colour=(0.5, 0.5, 0.5))


def ball(height, radius=0.3):
    builder = Builder()
    builder.ellipsoid(np.array([0.0, 0, height]), np.eye(3), (radius,) * 3, GREY)
    # A cone is needed to build; inside the ball it changes nothing.
    builder.cone(np.array([0.0, 0, height]), np.array([0.0, 0.01, height]), (0.1, 0.1), GREY)
    return builder.build()


def floor(*places):
    return np.array([[(x, y, 0.0) for x, y in places]], np.float32)


@pytest.fixture
def above():
    """A lamp straight above a ball whose centre is 1 m above the floor."""
    return Shadow.of(ball(1.0), np.array([0.001, 0.0, 1.0]), spacing_m=0.01)


def test_the_floor_below_is_dark_and_beside_it_is_lit(above):
    below, edge, beside = above.shadow_on(floor((0, 0), (0.3, 0), (0.7, 0)))[0]
    assert below > 0.95
    assert 0.1 < edge < 0.9
    assert beside < 0.02


def test_a_lamp_from_the_side_moves_the_shadow_away_from_it():
    shadow = Shadow.of(ball(1.0), np.array([1.0, 0.0, 1.0]), spacing_m=0.01)
    away, towards = shadow.shadow_on(floor((-1.0, 0), (1.0, 0)))[0]
    assert away > 0.9
    assert towards < 0.02


def test_parts_high_above_the_floor_cast_softer_edges():
    def width(height):
        shadow = Shadow.of(ball(height), np.array([0.001, 0, 1.0]), spacing_m=0.01)
        places = [(x, 0.0) for x in np.linspace(0, 0.7, 141)]
        dark = shadow.shadow_on(floor(*places))[0]
        return np.count_nonzero((dark > 0.1) & (dark < 0.9))

    assert width(1.5) > 1.5 * width(0.3)


def test_only_low_parts_darken_the_floor_around_them():
    low, high = (
        Shadow.of(ball(height), np.array([0.001, 0, 1.0]), spacing_m=0.02).contact_shadow(
            floor((0, 0)), 0.1
        )[0, 0]
        for height in (0.3, 2.0)
    )
    assert low > 0.2
    assert high < 0.1 * low


def test_the_top_of_the_ball_is_lit_and_the_underside_is_not(above):
    points = np.array([[0, 0, 1.3], [0, 0, 0.7], [0.5, 0, 1.0]], np.float32)
    top, underside, beside = above.lit_share(points)
    assert (top, underside, beside) == (1, 0, 1)
