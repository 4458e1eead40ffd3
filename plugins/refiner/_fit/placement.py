"""Where a person stands: the root path that lays the lifted joints over the 2D.

A point at (x, y, z) + root is seen along the ray (u, v) when x + X = u (z + Z) and likewise for y.
Each joint that was seen gives two such equations for the three unknowns of its row; a body that
fills much of the picture is near, one that fills little is far. The equations are weighted by what
is known of their errors, outliers less, and all rows are solved at once with a path that is as
smooth as people are. Depth is known far less well than the direction, so that it is smoothed more.
"""

from __future__ import annotations

import numpy as np

from framework.geometry.camera import Array
from framework.geometry.smoothing import roughness, smoothest

from .observations import Observations
from .windows import windows

ACCELERATION = 0.75
"""Spectral density of a pelvis' acceleration, m^2/s^3: the mean of recorded people of all sorts."""
OUTLIER = 2.0
"""An error of this many standard deviations along both axes counts half (Cauchy's loss)."""
_ROUNDS = 6
_FIRST_DEPTH_M = 4.0
_NEAREST_M = 0.3


def place(seen: Observations) -> Array:
    """Find the root in every row.

    Args:
        seen: one person. At least one joint in one row must have been seen.

    Returns:
        (T, 3) metres in camera space. Rows in which little was seen follow from their neighbours.
    """
    path = np.empty((len(seen.time_s), 3))
    for together, kept in windows(seen.time_s):
        rows = slice(together.start + kept.start, together.start + kept.stop)
        path[rows] = _solve(seen.take(together))[kept]
    return path


def _solve(seen: Observations) -> Array:
    """The path of one window."""
    rows = len(seen.time_s)
    matrix = np.zeros((*seen.seen.shape, 2, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = 1
    matrix[..., 2] = -seen.rays
    offset = seen.joints[..., :2] - seen.rays * seen.joints[..., 2:]
    rough, stiffness = roughness(seen.time_s), np.full(3, 1 / ACCELERATION)
    variance = seen.doubts**2 + seen.joint_sigmas**2
    weight = seen.share * np.where(seen.seen, 1 / variance, 0)
    path = np.tile([0.0, 0.0, _FIRST_DEPTH_M], (rows, 1))
    slopes, robust = matrix, weight
    for _ in range(_ROUNDS):
        error = np.einsum("tjik,tk->tji", matrix, path) + offset
        information = np.einsum("tj,tjik,tjil->tkl", robust, slopes, slopes)
        pull = np.einsum("tj,tjik,tji->tk", robust, slopes, error)
        pull = np.einsum("tkl,tl->tk", information, path) - pull
        path = smoothest(information + 1e-9 * np.eye(3), pull, rough, stiffness)
        error = np.einsum("tjik,tk->tji", matrix, path) + offset
        robust = weight / (1 + (error**2).sum(axis=-1) / (2 * OUTLIER**2 * variance))
        slopes = _slopes(matrix, error, seen, path)
    return path


def _slopes(matrix: Array, error: Array, seen: Observations, path: Array) -> Array:
    """(T, J, 2, 3) how errors in units of their deviation change with the root, times that.

    An error of the picture grows with depth. Without that, whatever trembles in the picture would
    pass for size and bring the person nearer (attenuation of a slope by errors in variables).
    """
    depth = np.maximum(seen.joints[..., 2] + path[:, None, 2], _NEAREST_M)
    part = seen.doubts**2 / (seen.doubts**2 + seen.joint_sigmas**2)
    slopes = matrix.copy()
    slopes[..., 2] -= error * (part / depth)[..., None]
    return slopes
