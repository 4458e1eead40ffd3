"""Body heights from the prior of adults, the lifter and a common floor."""

import numpy as np
import pytest

from framework.plugins.refiner.root import heights
from framework.plugins.refiner.root.heights import (
    ADULT_M,
    ADULT_SPREAD,
    LIFTED_SPREAD,
    StandingPerson,
    estimate_heights,
)

ROWS = 240
TRUST = LIFTED_SPREAD**-2 / (LIFTED_SPREAD**-2 + ADULT_SPREAD**-2)
"""Weight of the lifter in the height of a single person."""


def camera(pitch_deg=10.0, height_m=1.5):
    """A function from floor coordinates to camera axes, and the camera's pitch and roll."""
    sin, cos = np.sin(np.radians(pitch_deg)), np.cos(np.radians(pitch_deg))

    def seen(x, away, up):
        below = height_m - up
        return np.stack([x, cos * below - sin * away, sin * below + cos * away], -1)

    return seen, np.array([np.radians(pitch_deg), 0.0])


def person(start, end, *, lifted, true, seen, upright, up=0.0, noise_m=0.0):
    """A person who walks from start to end, lifted and placed with the wrong body height."""
    path = np.linspace(start, end, ROWS)
    feet = seen(path[:, 0], path[:, 1], np.broadcast_to(up, ROWS))
    feet += np.random.default_rng(1).normal(0, noise_m, feet.shape)
    return StandingPerson(
        height_m=lifted,
        upright=upright,
        feet=feet * (lifted / true),
        weight=np.full(ROWS, 1 / 30),
    )


def alone(lifted):
    return ADULT_M * (lifted / ADULT_M) ** TRUST


def in_view(people):
    return np.ones((len(people), ROWS), bool)


def two(lifted=1.75, **first):
    seen, upright = camera()
    common = {"seen": seen, "upright": upright, "lifted": lifted}
    return [
        person((-2, 3), (1, 8), true=1.85, **common, **first),
        person((1, 4), (-1, 7), true=1.58, **common),
    ]


def test_one_person_is_between_an_average_adult_and_the_lifter():
    [found] = estimate_heights(two()[:1], in_view(range(1)))
    assert found == pytest.approx(alone(1.75))
    assert ADULT_M < found < 1.75


def test_the_floor_shows_who_is_taller():
    tall, small = estimate_heights(two(), in_view(range(2)))
    assert tall / small == pytest.approx(1.85 / 1.58, rel=0.03)
    # Both were lifted alike: without a floor they would be as tall as each other.
    assert tall * small == pytest.approx(alone(1.75) ** 2, rel=0.02)


def test_noise_and_jumps_do_not_matter():
    jumping = np.where(np.arange(ROWS) % 60 < 15, 0.3, 0.0)
    tall, small = estimate_heights(two(up=jumping, noise_m=0.05), in_view(range(2)))
    assert tall / small == pytest.approx(1.85 / 1.58, rel=0.05)


def test_a_person_on_a_roof_does_not_become_a_giant():
    found = estimate_heights(two(up=2.5), in_view(range(2)))
    np.testing.assert_allclose(found, alone(1.75), rtol=0.08)


def test_people_who_are_never_visible_together_are_independent():
    valid = in_view(range(2))
    valid[0, 100:] = valid[1, :100] = False
    np.testing.assert_allclose(estimate_heights(two(), valid), alone(1.75))


def test_people_share_a_floor_through_others():
    people = [*two(), two()[0]]
    valid = np.zeros((3, ROWS), bool)
    valid[0, :100] = valid[1, 50:200] = valid[2, 150:] = True
    first, small, last = estimate_heights(people, valid)
    assert first == pytest.approx(last, rel=1e-3)
    assert first / small == pytest.approx(1.85 / 1.58, rel=0.03)


def test_a_person_without_visible_feet_changes_nothing():
    hidden = StandingPerson(
        height_m=1.9, upright=np.array([0.5, 0.3]), feet=np.zeros((0, 3)), weight=np.zeros(0)
    )
    people = [*two(), hidden]
    found = estimate_heights(people, in_view(people))
    assert found[2] == pytest.approx(alone(1.9), rel=0.01)
    np.testing.assert_allclose(found[:2], estimate_heights(two(), in_view(range(2))), rtol=0.02)


def test_a_person_on_a_stage_keeps_the_height():
    seen, upright = camera()
    common = {"seen": seen, "upright": upright, "lifted": 1.75, "true": 1.75}
    people = [
        person((-2, 3), (1, 8), up=0.5, **common),
        person((1, 4), (-1, 7), **common),
        person((0, 4), (1, 5), **common),
    ]
    np.testing.assert_allclose(estimate_heights(people, in_view(people)), alone(1.75), rtol=0.03)


def test_in_a_crowd_the_one_on_a_roof_is_found_and_the_others_get_their_heights(monkeypatch):
    """More people than are tried off the floor one by one, so that both shortcuts are taken."""
    seen, upright = camera()
    random = np.random.default_rng(3)
    true = ADULT_M * np.exp(0.05 * random.normal(size=12))
    lifted = true * np.exp(0.1 * random.normal(size=12))
    people = [
        person(
            (random.uniform(-3, 3), random.uniform(3, 6)),
            (random.uniform(-3, 3), random.uniform(6, 10)),
            true=true[number],
            lifted=lifted[number],
            seen=seen,
            upright=upright,
            up=2.5 if number == 0 else 0.0,
        )
        for number in range(12)
    ]
    found = estimate_heights(people, in_view(people))
    assert found[0] == pytest.approx(alone(lifted[0]), rel=0.08)
    assert np.abs(np.log(found[1:] / true[1:])).mean() < 0.4 * np.abs(np.log(lifted / true)).mean()
    monkeypatch.setattr(heights, "_MOST_TRIALS", len(people))
    np.testing.assert_allclose(found, estimate_heights(people, in_view(people)), rtol=1e-3)
