"""The root path of a person: where the lifted joints, projected, fall on the 2D keypoints.

A joint at (x, y, z) relative to a root at (X, Y, Z) projects to (u, v) at depth 1 when x + X = u (z
+ Z) and y + Y = v (z + Z). Each visible joint gives these two linear equations for the three
unknowns of its row (the linear form of the perspective-n-point problem with known rotation): a body
that is large in the image is near, a small one is far.

The equations are weighted by the inverse variance of their errors and, by iteratively reweighted
least squares with Cauchy's loss, less where they are outliers. All rows are solved together with a
prior on the acceleration (`framework.geometry.smoothing.smoothest`), which smooths depth more than
direction, since depth has the larger variance. Solved row by row, depth would jump by decimetres.
"""

from __future__ import annotations

import numpy as np

from framework.geometry.camera import Array
from framework.geometry.smoothing import roughness, smoothest

from .observations import Observations
from .windows import windows

ACCELERATION = 0.75
"""Spectral density of the acceleration of a pelvis, m^2/s^3: the mean over motion capture.

It is the process noise of the path. A lower one would cut corners of quick turns.
"""
OUTLIER_SIGMAS = 2.0
"""An error of this many standard deviations along both axes has half the weight (Cauchy's loss)."""
_ROUNDS = 6
"""Rounds of reweighting."""
# Any depth would do: in the first round `slopes` is `matrix`, and the path cancels in `pull`.
_FIRST_DEPTH_M = 4.0
_NEAREST_M = 0.3
"""Joints behind or at the camera would make the slopes infinite."""


def place_root(observed: Observations) -> Array:
    """Find the root in every row.

    Args:
        observed: one person, at least one visible joint in one row.

    Returns:
        (T, 3) metres in camera space. Rows with few visible joints follow from their neighbours.
    """
    path = np.empty((len(observed.time_s), 3))
    for together, kept in windows(observed.time_s):
        rows = slice(together.start + kept.start, together.start + kept.stop)
        path[rows] = _solve(observed.take(together))[kept]
    return path


def _solve(observed: Observations) -> Array:
    """(T, 3) the path in one window."""
    rows = len(observed.time_s)
    # (T, J, 2, 3) matrix and (T, J, 2) offset: error = matrix @ path + offset, in metres.
    matrix = np.zeros((*observed.visible.shape, 2, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = 1
    matrix[..., 2] = -observed.rays
    offset = observed.joints[..., :2] - observed.rays * observed.joints[..., 2:]
    rough, stiffness = roughness(observed.time_s), np.full(3, 1 / ACCELERATION)
    variance = observed.ray_sigmas**2 + observed.joint_sigmas**2
    weight = observed.row_weight * np.where(observed.visible, 1 / variance, 0)
    path = np.tile([0.0, 0.0, _FIRST_DEPTH_M], (rows, 1))
    slopes, robust = matrix, weight
    for _ in range(_ROUNDS):
        error = np.einsum("tjik,tk->tji", matrix, path) + offset
        # Gauss-Newton, written for the path itself (A x = A x_old - J^T e) and not for the step, as
        # the prior on acceleration is one of the path.
        information = np.einsum("tj,tjik,tjil->tkl", robust, slopes, slopes)
        pull = np.einsum("tj,tjik,tji->tk", robust, slopes, error)
        pull = np.einsum("tkl,tl->tk", information, path) - pull
        # A row without a visible joint has no information of its own; 1e-9 keeps it solvable.
        path = smoothest(information + 1e-9 * np.eye(3), pull, rough, stiffness)
        error = np.einsum("tjik,tk->tji", matrix, path) + offset
        # Cauchy's weight; the factor 2, as the squares of both axes are added.
        robust = weight / (1 + (error**2).sum(axis=-1) / (2 * OUTLIER_SIGMAS**2 * variance))
        slopes = _slopes(matrix, error, observed, path)
    return path


def _slopes(matrix: Array, error: Array, observed: Observations, path: Array) -> Array:
    """(T, J, 2, 3) derivatives of the standardised errors by the root, times their deviation.

    The deviation in metres of an image error grows with depth, so the derivative by depth has a
    second term. Without it, noise of keypoints would be taken for a larger body, which brings the
    person nearer (attenuation by errors in variables: Fuller, "Measurement error models", 1987).
    """
    depth = np.maximum(observed.joints[..., 2] + path[:, None, 2], _NEAREST_M)
    part = observed.ray_sigmas**2 / (observed.ray_sigmas**2 + observed.joint_sigmas**2)
    slopes = matrix.copy()
    slopes[..., 2] -= error * (part / depth)[..., None]
    return slopes
