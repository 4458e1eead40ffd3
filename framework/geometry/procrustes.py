"""Procrustes alignment of point sets: rotation, translation and scale in closed form, batched.

Umeyama: "Least-squares estimation of transformation parameters between two point patterns",
IEEE TPAMI 13(4), 1991.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MIN_POINTS = 3
"""Fewer points do not determine the rotation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """``x -> scale * rotation @ x + translation``; NaN where it could not be found.

    Attributes:
        scale: (...) float64, 1 when it was not asked for.
        rotation: (..., 3, 3), proper: a body is never mirrored.
        translation: (..., 3), in the units of the points.
    """

    scale: Array
    rotation: Array
    translation: Array

    def apply(self, points: NDArray[np.floating]) -> Array:
        """Move (..., P, 3) points."""
        # Points are rows: x @ R.T is R @ x for each.
        turned = points @ np.swapaxes(self.rotation, -1, -2)
        moved: Array = self.scale[..., None, None] * turned + self.translation[..., None, :]
        return moved


def align(
    source: NDArray[np.floating],
    target: NDArray[np.floating],
    mask: NDArray[np.bool_] | None = None,
    *,
    scale: bool = True,
) -> Similarity:
    """Find the similarity that brings ``source`` closest to ``target`` (sum of squares).

    Args:
        source: (..., P, 3), NaN where missing.
        target: (..., P, 3), same units; NaN where missing.
        mask: (..., P), points to use among those that both have; all by default.
        scale: also find the scale; otherwise it is 1.

    Returns:
        One similarity for each leading index; NaN with fewer than three points, or, with
        ``scale``, when all points of ``source`` are one.
    """
    used = np.isfinite(source).all(-1) & np.isfinite(target).all(-1)
    used = used if mask is None else used & mask
    weight = used.astype(np.float64)[..., None]
    count = weight.sum(axis=-2)
    enough = count[..., 0] >= MIN_POINTS
    # (..., P, 1) weights that sum to 1; without any point they are 0, not 0 / 0.
    share = weight / np.maximum(count, 1)[..., None, :]
    start, start_mean = _centred(source, used, share)
    goal, goal_mean = _centred(target, used, share)

    # (..., 3, 3) covariance of goal and start, as Sigma_xy in Umeyama's equation 38.
    rotation, agreement = _best_rotation(np.swapaxes(goal * share, -1, -2) @ start)
    factor = np.where(enough, 1.0, np.nan)
    if scale:
        # Optimal scale: trace(D S) / variance of the source (Umeyama, equation 42).
        spread = (start**2 * share).sum(axis=(-1, -2))
        known = enough & (spread > 0)
        factor = np.divide(agreement, spread, out=np.full(enough.shape, np.nan), where=known)
    rotation = np.where(np.isfinite(factor)[..., None, None], rotation, np.nan)
    turned_mean = (rotation @ start_mean[..., None])[..., 0]
    translation = goal_mean - factor[..., None] * turned_mean
    return Similarity(scale=factor, rotation=rotation, translation=translation)


def _best_rotation(covariance: Array) -> tuple[Array, Array]:
    """The rotation (..., 3, 3) and how much (...) of the covariance it explains."""
    left, singular, right = np.linalg.svd(covariance)
    # Kabsch's sign: the axis of the smallest singular value is flipped where the best fit would
    # otherwise be a reflection, which no body can do.
    signs = np.ones_like(singular)
    signs[..., -1] = np.where(np.linalg.det(left) * np.linalg.det(right) < 0, -1, 1)
    return (left * signs[..., None, :]) @ right, (singular * signs).sum(axis=-1)


def _centred(
    points: NDArray[np.floating], used: NDArray[np.bool_], share: Array
) -> tuple[Array, Array]:
    """Points about their mean, zero where unused, and the mean."""
    # Zeros before weighting, as NaN * 0 would still be NaN.
    known = np.where(used[..., None], points, 0).astype(np.float64)
    mean = (known * share).sum(axis=-2)
    return np.where(used[..., None], known - mean[..., None, :], 0), mean
