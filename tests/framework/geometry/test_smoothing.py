"""Smooth paths through rows at any times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.geometry.smoothing import low_pass, roughness, smoothest

CUTOFF_HZ = 6.0


def uneven(rows, seed=0):
    return np.cumsum(np.random.default_rng(seed).choice([1 / 60, 1 / 30, 0.2], rows))


def dense(band):
    """The whole matrix of a lower band."""
    rows = band.shape[1]
    matrix = np.zeros((rows, rows))
    for step, entries in enumerate(band):
        for column in range(rows - step):
            matrix[column, column + step] = matrix[column + step, column] = entries[column]
    return matrix


@pytest.mark.parametrize("order", [1, 2, 3])
def test_roughness_is_the_integral_of_a_squared_derivative(order):
    time_s = uneven(40)
    path = time_s**order
    rough = path @ dense(roughness(time_s, order)) @ path
    derivative = {1: 1, 2: 2, 3: 6}[order]
    # Every stretch of `order` steps counts with its mean step: ends count less than once.
    first, last = time_s[:order], time_s[-order:]
    length = (last.sum() - first.sum()) / order
    assert rough == pytest.approx(derivative**2 * length, rel=1e-3)


def test_a_lower_derivative_is_not_rough():
    time_s = uneven(30)
    path = 3 * time_s**2 - time_s + 1
    assert path @ dense(roughness(time_s, 3)) @ path == pytest.approx(0, abs=1e-3)


def test_the_smoothest_path_is_the_least_squares_solution():
    rng, time_s, n = np.random.default_rng(0), uneven(12), 4
    root = rng.normal(size=(12, n, n))
    information = root @ root.swapaxes(1, 2) + np.eye(n)
    pull, stiffness = rng.normal(size=(12, n)), rng.uniform(0.1, 2, n) * 1e-4
    rough = roughness(time_s)
    whole = np.kron(dense(rough), np.diag(stiffness))
    for row in range(12):
        whole[n * row : n * row + n, n * row : n * row + n] += information[row]
    wanted = np.linalg.solve(whole, pull.ravel()).reshape(12, n)
    np.testing.assert_allclose(smoothest(information, pull, rough, stiffness), wanted, atol=1e-9)


@pytest.mark.parametrize("frequency_hz", [1, 3, 6, 9])
def test_what_is_left_of_a_frequency(frequency_hz):
    time_s = np.arange(1200) / 120
    wave = np.sin(2 * np.pi * frequency_hz * time_s)[:, None]
    left = low_pass(wave, time_s, CUTOFF_HZ)[300:900].std() / wave[300:900].std()
    assert left == pytest.approx(1 / (1 + (frequency_hz / CUTOFF_HZ) ** 6), abs=0.02)


@given(rows=st.integers(1, 60), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_a_thrown_ball_is_not_changed_at_any_times(rows, seed):
    time_s = uneven(rows, seed)
    height = (2 + 3 * time_s - 4.9 * time_s**2)[:, None]
    np.testing.assert_allclose(low_pass(height, time_s, CUTOFF_HZ), height, rtol=1e-6, atol=1e-6)


def test_what_comes_long_after_a_gap_does_not_matter():
    time_s = np.concatenate((np.arange(30), 90 + np.arange(30))) / 30
    values = np.random.default_rng(0).normal(size=(60, 1))
    other = values + np.where(np.arange(60) < 30, 0, 5)[:, None]
    one, two = (low_pass(x, time_s, CUTOFF_HZ)[:30] for x in (values, other))
    np.testing.assert_allclose(one, two, atol=0.02)
