"""Smoothing by least squares over time: measurements row by row, and a smooth path.

Whittaker, "On a new method of graduation", 1922; Eilers, "A perfect smoother", Analytical Chemistry
75(14), 2003; here with true times. The roughness of a path is the integral of its squared
derivative of some order. With the second, the answer is also that of a Kalman smoother whose
acceleration is white noise.
"""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from threadpoolctl import ThreadpoolController

from framework.types import Times

Array = NDArray[np.float64]


def roughness(time_s: Times, order: int = 2) -> Array:
    """The matrix ``R`` for which ``x @ R @ x`` is the integral of a squared derivative of x.

    Args:
        time_s: (T,) rising, at any spacing.
        order: of the derivative.

    Returns:
        (order + 1, T): row k holds the entries (t + k, t) of the symmetric matrix; zeros where
        there are too few rows to be rough.
    """
    band = np.zeros((order + 1, len(time_s)))
    count = len(time_s) - order
    if count < 1:
        return band
    # (order + 1, count): each column holds the times of one stencil of order + 1 rows.
    times = np.stack([time_s[step : step + count] for step in range(order + 1)])
    apart = times[:, None] - times
    # The product below is over the other rows of a stencil; the diagonal is 0 and must not count.
    apart[range(order + 1), range(order + 1)] = 1
    # Divided differences: exact for polynomials of that order, however the rows are spaced.
    # (order + 1, count)
    weights = factorial(order) / apart.prod(axis=1)
    # Each stencil stands for its mean step, so that the sum approximates the integral.
    span = (times[-1] - times[0]) / order
    for first in range(order + 1):
        for step in range(order + 1 - first):
            band[step, first : first + count] += span * weights[first] * weights[first + step]
    return band


def smoothest(information: Array, pull: Array, rough: Array, stiffness: Array) -> Array:
    """Minimise the sum over rows of ``x @ A @ x - 2 b @ x``, and of each variable's roughness.

    Args:
        information: (T, n, n) symmetric ``A`` of each row; together with the roughness it must
            determine every variable.
        pull: (T, n) ``b`` of each row: ``A`` times the measurement.
        rough: (order + 1, T) from `roughness`.
        stiffness: (n,) how much roughness counts; 1 over the spectral density of acceleration.

    Returns:
        (T, n).
    """
    rows, n = pull.shape
    # Variables of one row are neighbours, so a step of one row is n diagonals.
    band = np.zeros((max((len(rough) - 1) * n, n - 1) + 1, rows, n))
    for column in range(n):
        # Lower triangle only: solveh_banded reads band[i - j, j] for i >= j.
        band[: n - column, :, column] = information[:, column:, column].T
    for step, entries in enumerate(rough):
        band[step * n] += entries[:, None] * stiffness
    solved = _solved(band.reshape(len(band), rows * n), pull.ravel())
    return np.asarray(solved.reshape(rows, n))


def low_pass(values: NDArray[np.floating], time_s: Times, cutoff_hz: float) -> Array:
    """Filter columns without delay; the gain at frequency f is 1 / (1 + (f / cutoff)^6).

    The response is that of a Butterworth filter of third order run forward and backward. Beyond
    the ends the path is assumed to continue, so that the ends are not biased.

    Args:
        values: (T, n), no NaN.
        time_s: (T,) rising, at any spacing.
        cutoff_hz: frequency at which the gain is one half.
    """
    # Roughness of the third derivative has weight f^6 in the frequency domain.
    order = 3
    if len(time_s) <= order:
        return values.astype(np.float64)
    # In radians of the cutoff, so that numbers stay near 1 whatever the rate is.
    phase = time_s * (2 * np.pi * cutoff_hz)
    band = roughness(phase, order)
    # A row beside a gap must not get the weight of the whole gap.
    weight = np.minimum(np.gradient(phase), 1)
    band[0] += weight
    return _solved(band, weight[:, None] * values)


def _solved(band: Array, right: Array) -> Array:
    """Solve a banded symmetric system, on one thread.

    LAPACK works along the band in very small steps: distributing them over threads was measured
    to take a hundred times as long as computing them.
    """
    with _blas().limit(limits=1, user_api="blas"):
        return np.asarray(solveh_banded(band, right, lower=True, check_finite=False))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
