"""Alignment by similarity."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from framework.geometry.procrustes import align

MANY = settings(deadline=None, max_examples=60)
SEEDS = st.integers(0, 10_000)


def similarity(seed):
    draw = np.random.default_rng(seed)
    rotation = Rotation.random(random_state=seed).as_matrix()
    return draw.uniform(0.2, 5), rotation, draw.normal(scale=3, size=3)


@MANY
@given(seed=SEEDS)
def test_a_known_similarity_is_found(seed):
    points = np.random.default_rng(seed).normal(size=(17, 3))
    scale, rotation, translation = similarity(seed)
    fit = align(points, scale * points @ rotation.T + translation)
    assert fit.scale == pytest.approx(scale)
    np.testing.assert_allclose(fit.rotation, rotation, atol=1e-9)
    np.testing.assert_allclose(fit.translation, translation, atol=1e-8)


@MANY
@given(seed=SEEDS)
def test_without_scale_only_turn_and_shift_are_found(seed):
    points = np.random.default_rng(seed).normal(size=(17, 3))
    scale, rotation, translation = similarity(seed)
    fit = align(points, scale * points @ rotation.T + translation, scale=False)
    assert fit.scale == 1
    np.testing.assert_allclose(fit.rotation, rotation, atol=1e-9)


@MANY
@given(seed=SEEDS, count=st.integers(3, 17), flat=st.booleans(), mirrored=st.booleans())
def test_rotations_are_proper(seed, count, flat, mirrored):
    draw = np.random.default_rng(seed)
    source, target = draw.normal(size=(2, count, 3))
    if flat:
        source[:, 2] = 0
    if mirrored:
        target = source * [-1, 1, 1]
    rotation = align(source, target).rotation
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_else_fits_better(seed, scale):
    """Against a numerical search that knows nothing of the closed form."""
    draw = np.random.default_rng(seed)
    source = draw.normal(size=(6, 3))
    target = source * [-1, 1, 1] + draw.normal(scale=0.5, size=(6, 3))

    def residual(x):
        factor = np.exp(x[6]) if scale else 1
        moved = factor * Rotation.from_rotvec(x[:3]).apply(source) + x[3:6]
        return ((moved - target) ** 2).sum()

    fit = align(source, target, scale=scale)
    ours = ((fit.apply(source) - target) ** 2).sum()
    starts = draw.normal(scale=2, size=(12, 7))
    best = min(minimize(residual, start).fun for start in starts)
    assert ours == pytest.approx(best, rel=1e-4)


def test_batches_equal_one_by_one():
    source, target = np.random.default_rng(0).normal(size=(2, 4, 5, 8, 3))
    mask = np.random.default_rng(1).random((4, 5, 8)) > 0.3
    fit = align(source, target, mask)
    assert fit.scale.shape == (4, 5)
    moved = fit.apply(source)
    for i in np.ndindex(4, 5):
        alone = align(source[i][mask[i]], target[i][mask[i]])
        np.testing.assert_allclose(moved[i][mask[i]], alone.apply(source[i][mask[i]]), atol=1e-9)


def test_missing_points_do_not_count():
    source, target = np.random.default_rng(0).normal(size=(2, 9, 3))
    expected = align(source[3:], target[3:])
    source[0] = np.nan
    target[1, 2] = np.nan
    mask = np.ones(9, bool)
    mask[2] = False
    fit = align(source, target, mask)
    np.testing.assert_allclose(fit.rotation, expected.rotation, atol=1e-12)
    np.testing.assert_allclose(fit.translation, expected.translation, atol=1e-12)


def test_too_few_points_are_nan_and_disturb_nobody():
    source, target = np.random.default_rng(0).normal(size=(2, 3, 5, 3))
    source[0, 2:] = np.nan
    source[1] = 0.5
    fit = align(source, target)
    assert np.isnan(fit.scale).tolist() == [True, True, False]
    assert np.isnan(fit.apply(source)[:2]).all()
    assert np.isfinite(fit.apply(source)[2]).all()
    assert np.isfinite(align(source, target, scale=False).apply(source)[1]).all()


def test_float32_in_and_no_rows():
    assert align(np.zeros((0, 17, 3), np.float32), np.zeros((0, 17, 3))).scale.shape == (0,)
    points = np.random.default_rng(0).normal(size=(17, 3)).astype(np.float32)
    assert align(points, 2 * points).scale == pytest.approx(2)
