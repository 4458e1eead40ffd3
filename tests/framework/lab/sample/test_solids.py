"""Round cones: hits against a slow march along the ray, and outlines against what is cast."""

import numpy as np
import pytest

from framework.lab.sample.cast import Grid, cast
from framework.lab.sample.solids import Builder, Material, Solids, first_hit

GREY = Material(colour=(0.5, 0.5, 0.5))


def hull_distance(point: np.ndarray, length: float, wide: float, narrow: float) -> float:
    """Distance to the hull of two balls: the nearest of many balls between them."""
    along = np.linspace(0, 1, 4001)
    centres = np.stack([0 * along, 0 * along, along * length], -1)
    radii = wide + along * (narrow - wide)
    return float((np.linalg.norm(point - centres, axis=1) - radii).min())


@pytest.mark.parametrize("seed", range(12))
def test_a_ray_enters_where_a_march_along_it_arrives(seed: int) -> None:
    random = np.random.default_rng(seed)
    length = float(random.choice([0.0, random.uniform(0.3, 1.0)]))
    wide, narrow = random.uniform(0.05, 0.3, 2) if length else (0.2, 0.2)
    eye = random.normal(size=3)
    eye *= 3 / np.linalg.norm(eye)
    ray = np.array([0, 0, length / 2]) + random.normal(size=3) * 0.15 - eye
    ray /= np.linalg.norm(ray)
    reached = 0.0
    while reached < 6 and (gap := hull_distance(eye + reached * ray, length, wide, narrow)) > 1e-6:
        reached += gap
    found = float(first_hit(tuple(eye), tuple(ray), length, (wide, narrow)))
    assert found == pytest.approx(reached if reached < 6 else np.inf, abs=2e-4)


def test_a_ray_that_misses_meets_nothing() -> None:
    assert first_hit((0.0, 5.0, -3.0), (0.0, 0.0, 1.0), 1.0, (0.1, 0.2)) == np.inf


def solids() -> Solids:
    builder = Builder()
    start, end = np.array([-0.3, 0.2, 4.0]), np.array([0.5, -0.4, 3.0])
    builder.cone(start, end, (0.22, 0.1), GREY, front=np.array([0, 0, 1.0]), flat=0.6)
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    builder.ellipsoid(np.array([-0.6, -0.5, 3.5]), turn, (0.1, 0.3, 0.2), GREY)
    return builder.build()


@pytest.mark.parametrize("pinhole", [True, False])
def test_bounds_are_exactly_what_a_solid_fills(pinhole: bool) -> None:
    step = 0.0015 if pinhole else 0.004
    side = np.arange(-1, 1, step, dtype=np.float32)
    for number in range(2):
        one = Solids.joined([solids()])
        alone = Solids(
            origin=one.origin[number : number + 1],
            axes=one.axes[number : number + 1],
            length=one.length[number : number + 1],
            radii=one.radii[number : number + 1],
            materials=one.materials[:1],
        )
        _, which = cast(alone, Grid(xs=side, ys=side, pinhole=pinhole))
        rows, columns = np.nonzero(which == 0)
        drawn = [side[columns.min()], side[rows.min()], side[columns.max()], side[rows.max()]]
        assert alone.bounds(pinhole=pinhole)[0] == pytest.approx(drawn, abs=2 * step)


def test_the_nearer_solid_hides_the_other() -> None:
    builder = Builder()
    for depth in (3.0, 2.0, 4.0):
        builder.ellipsoid(np.array([0, 0, depth]), np.eye(3), (0.2, 0.2, 0.2), GREY)
    middle = np.zeros(1, np.float32)
    depth, which = cast(builder.build(), Grid(xs=middle, ys=middle, pinhole=True))
    assert which[0, 0] == 1
    assert depth[0, 0] == pytest.approx(1.8, abs=1e-5)
