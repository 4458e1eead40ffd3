"""Least squares over time: what was measured row by row, and a path that does not jerk.

Whittaker, "On a new method of graduation", 1922; Eilers, "A perfect smoother", Analytical Chemistry
75(14), 2003; here with true times. The roughness of a path is the integral of its squared second
derivative, so that the answer is also that of a Kalman smoother whose acceleration is white noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from framework.types import Times

Array = NDArray[np.float64]

ORDER = 2
"""Of the derivative whose square is the roughness."""


def roughness(time_s: Times) -> Array:
    """The matrix ``R`` for which ``x @ R @ x`` is the integral of the squared acceleration of x.

    Args:
        time_s: (T,) rising, at any spacing.

    Returns:
        (3, T): row k holds the entries (t + k, t) of the symmetric matrix; zeros where fewer than
        three rows leave nothing to be rough.
    """
    band = np.zeros((ORDER + 1, len(time_s)))
    if len(time_s) <= ORDER:
        return band
    before, after = np.diff(time_s)[:-1], np.diff(time_s)[1:]
    span = (before + after) / 2
    second = np.stack([1 / before, -1 / before - 1 / after, 1 / after]) / span
    count = len(span)
    for first in range(ORDER + 1):
        for step in range(ORDER + 1 - first):
            band[step, first : first + count] += span * second[first] * second[first + step]
    return band


def smoothest(information: Array, pull: Array, rough: Array, stiffness: Array) -> Array:
    """Minimise the sum over rows of ``x @ A @ x - 2 b @ x``, and of each variable's roughness.

    Args:
        information: (T, n, n) symmetric ``A`` of each row; together with the roughness it must
            tell every variable.
        pull: (T, n) ``b`` of each row: ``A`` times what was measured.
        rough: (3, T) from `roughness`.
        stiffness: (n,) how much roughness counts; 1 over the spectral density of acceleration.

    Returns:
        (T, n).
    """
    rows, n = pull.shape
    band = np.zeros((ORDER * n + 1, rows, n))
    for column in range(n):
        band[: n - column, :, column] = information[:, column:, column].T
    for step in range(ORDER + 1):
        band[step * n] += rough[step][:, None] * stiffness
    solved = solveh_banded(
        band.reshape(len(band), rows * n), pull.ravel(), lower=True, check_finite=False
    )
    return np.asarray(solved.reshape(rows, n))
