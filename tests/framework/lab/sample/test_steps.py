"""Plans of footsteps, and feet that follow them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.lab.sample.body import BodyDimensions
from framework.lab.sample.steps import SWING, Stand, Turn, Walk, ease, follow, plan

BODY = BodyDimensions()


def test_ease_starts_and_stops_at_rest():
    share = np.linspace(-0.5, 1.5, 2001)
    eased = ease(share)
    assert eased[share <= 0].max() == 0 and eased[share >= 1].min() == 1
    assert ease(np.array(0.5)) == 0.5
    speed = np.gradient(eased, share)
    assert speed.min() > -1e-9
    assert np.abs(np.gradient(speed, share)).max() < 6.1


def test_a_walk_ends_with_the_feet_side_by_side_at_its_end():
    steps = plan((0.0, 0.0), 0.0, [Stand(1.0), Walk(((3.0, 0),))], BODY)
    assert steps[0].lift_s == 1.0
    last = {step.side: step for step in steps}
    aside = 0.95 * BODY.hip
    np.testing.assert_allclose(last[0].xy, (3.0, aside))
    np.testing.assert_allclose(last[1].xy, (3.0, -aside))


def test_steps_alternate_and_one_foot_is_always_on_the_floor():
    steps = plan((0.0, 0.0), 0.5, [Walk(((4.0, 90),), period_s=0.5), Turn(-120)], BODY)
    walk = [step for step in steps if step.land_s - step.lift_s == pytest.approx(SWING * 0.5)]
    assert [step.side for step in walk] == [0, 1] * (len(walk) // 2)
    assert all(one.land_s <= two.lift_s for one, two in pairwise(steps))


@pytest.mark.parametrize(("degrees", "first"), [(90, 0), (-90, 1)])
def test_a_turn_begins_with_the_foot_of_its_side(degrees, first):
    steps = plan((1.0, 2.0), 0.0, [Turn(degrees)], BODY)
    assert steps[0].side == first
    assert steps[-1].yaw == pytest.approx(np.radians(degrees))
    middle = np.mean([steps[-1].xy, steps[-2].xy], axis=0)
    np.testing.assert_allclose(middle, (1.0, 2.0), atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(
    length=st.floats(1.0, 5.0),
    turn=st.floats(-120, 120),
    heading=st.floats(-3, 3),
)
def test_feet_stand_still_between_their_steps(length, turn, heading):
    times = np.arange(0, 8, 1 / 60)
    steps = plan((0.0, 0.0), heading, [Walk(((length, turn),))], BODY)
    feet = follow(steps, (0.0, 0.0), heading, BODY, times)
    for side in (0, 1):
        moving = np.zeros(len(times), bool)
        for step in (step for step in steps if step.side == side):
            moving |= (times >= step.lift_s - 0.02) & (times <= step.land_s + 0.02)
        still = ~moving[1:] & ~moving[:-1]
        assert np.abs(np.diff(feet.xy[:, side], axis=0))[still].max(initial=0) < 1e-9
        assert feet.lift[~moving, side].max(initial=0) < 1e-9
    assert feet.lift.min() >= 0


def test_feet_that_never_step_stay_where_they_are():
    feet = follow([], (1.0, 1.0), 0.0, BODY, np.arange(3.0))
    assert (feet.xy == feet.xy[0]).all()
    assert (feet.pitch == 0).all() and (feet.lift == 0).all()
