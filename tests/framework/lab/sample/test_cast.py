"""Ray casting against formulas: depths, normals and colours of a ball."""

import numpy as np
import pytest

from framework.lab.sample.cast import Grid, cast, surface
from framework.lab.sample.solids import Builder, Material

RED, BLUE = Material(colour=(1.0, 0, 0), gloss=0.5), Material(colour=(0, 0, 1.0))


def balls(*places):
    builder = Builder()
    for centre, radius, material in places:
        builder.ellipsoid(np.array(centre, float), np.eye(3), (radius,) * 3, material)
    # A builder needs a cone; this one is out of sight, behind the camera of no test.
    builder.cone(np.array([50.0, 50, 9]), np.array([50.0, 51, 9]), (0.1, 0.1), BLUE)
    return builder.build()


def grid(half, count, *, pinhole):
    xs = np.linspace(-half, half, count).astype(np.float32)
    return Grid(xs=xs, ys=xs, pinhole=pinhole)


def test_a_parallel_view_of_a_ball_is_its_front():
    view = grid(1.0, 41, pinhole=False)
    depth, which = cast(balls(((0, 0, 5), 0.8, RED)), view)
    u, v = np.meshgrid(view.xs, view.ys)
    inside = u**2 + v**2 < 0.79**2
    expected = 5 - np.sqrt(np.where(inside, 0.64 - u**2 - v**2, 0))
    np.testing.assert_allclose(depth[inside], expected[inside], atol=1e-4)
    outside = u**2 + v**2 > 0.81**2
    assert np.isinf(depth[outside]).all()
    assert (which[outside] == -1).all()


def test_points_of_a_pinhole_view_lie_on_the_ball():
    solids = balls(((0.3, -0.2, 4), 0.7, RED))
    view = grid(0.3, 61, pinhole=True)
    hit = surface(solids, view, *cast(solids, view))
    away = hit.points - np.array([0.3, -0.2, 4], np.float32)
    np.testing.assert_allclose(np.linalg.norm(away, axis=1), 0.7, atol=1e-4)
    np.testing.assert_allclose(hit.normals, away / 0.7, atol=1e-3)
    assert (hit.colours[:, 0] == 1).all() and (hit.colours[:, 1:] == 0).all()
    assert (hit.gloss == 0.5).all()


def test_rows_are_y_and_columns_are_x():
    view = grid(1.0, 21, pinhole=False)
    _, which = cast(balls(((0.5, -0.5, 3), 0.2, RED)), view)
    rows, columns = np.nonzero(which >= 0)
    assert view.xs[columns].mean() == pytest.approx(0.5, abs=0.02)
    assert view.ys[rows].mean() == pytest.approx(-0.5, abs=0.02)


def test_the_nearer_ball_is_hit_whatever_the_order():
    near, far = ((0, 0, 2), 0.5, RED), ((0, 0, 4), 1.5, BLUE)
    for order in ((near, far), (far, near)):
        solids = balls(*order)
        depth, which = cast(solids, grid(0.1, 3, pinhole=False))
        assert depth[1, 1] == pytest.approx(1.5, abs=1e-4)
        assert solids.materials[which[1, 1]] is RED


def test_stripes_alternate_along_the_axis():
    striped = Material(colour=(1.0, 1, 1), stripe=(0.0, 0, 0), stripe_m=0.2, stripe_share=0.5)
    builder = Builder()
    builder.cone(np.array([0, -1.0, 3]), np.array([0, 1.0, 3]), (0.3, 0.3), striped)
    builder.ellipsoid(np.array([50.0, 50, 9]), np.eye(3), (0.1,) * 3, RED)
    solids = builder.build()
    ys = np.linspace(-0.3, 0.3, 400).astype(np.float32)
    view = Grid(xs=np.array([0.0], np.float32), ys=ys, pinhole=True)
    hit = surface(solids, view, *cast(solids, view))
    phase = (hit.points[:, 1] + 1) / 0.2 % 1
    sure = np.abs(np.abs(phase - 0.5) - 0.25) > 0.05
    np.testing.assert_array_equal(hit.colours[sure, 0] < 0.5, np.abs(phase[sure] - 0.5) < 0.25)
    assert sure.mean() > 0.7
