"""How similar two people are, by keypoints and by colours. Pixels of the upright frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import area
from framework.skeletons import Skeleton
from framework.types import Bools, Detections, Floats

Doubles = NDArray[np.float64]

_BOX_SIGMA = 0.1
"""Annotator spread of a box corner, in body sizes: about that of a hip, COCO's largest."""
_DEFAULT_SIGMA = 0.079
"""Spread of a joint whose skeleton states none: that of a shoulder in COCO."""


def keypoint_similarity(
    points: Doubles, variance: Doubles, others: Doubles, sizes: Doubles, sigmas: Doubles
) -> Doubles:
    """Object keypoint similarity of every pair, with the uncertainty of the prediction added.

    COCO's OKS (cocodataset.org/#keypoints-eval): the mean of exp(-d^2 / (2 s^2 (2 sigma)^2)) over
    the points that both people have. The variance of each predicted point is added to
    (2 sigma)^2; without it a person who was hidden for a moment would match nobody.

    Args:
        points: (K, M, 2) predicted, pixels; NaN where unknown.
        variance: (K, M) of ``points``, in squared body sizes.
        others: (N, M, 2) detected, pixels; NaN where unknown.
        sizes: (K,) body sizes s in pixels.
        sigmas: (M,) from `point_sigmas`.

    Returns:
        (K, N), 0..1; 0 where a pair has no point in common.
    """
    # (K, N, M, 2); NaN where either person lacks the point.
    difference = points[:, None] - others[None]
    square = difference[..., 0] ** 2 + difference[..., 1] ** 2
    # (K, M) square pixels.
    spread = ((2 * sigmas) ** 2 + variance) * sizes[:, None] ** 2
    near = np.exp(square * (-0.5 / spread)[:, None])
    common = ~np.isnan(near)
    return np.asarray(near.sum(-1, where=common) / np.maximum(common.sum(-1), 1))


def appearance_distance_matrix(appearance: Floats, others: Floats) -> Doubles:
    """Hellinger distance of the colour histograms of every pair, the mean over body parts.

    The distance is sqrt(1 - sum sqrt(p q)), the measure of mean-shift tracking (Comaniciu,
    Ramesh, Meer, Kernel-Based Object Tracking, 2003). It is bounded, so one part with other
    colours cannot outweigh the rest.

    Args:
        appearance: (K, parts, colours) histograms, each with a sum of 1; NaN where unknown.
        others: (N, parts, colours).

    Returns:
        (K, N), 0..1; NaN where a pair has no part in common.
    """
    # One matrix product per part; pair by pair would hold (K, N, parts, colours) in memory.
    # (parts, K, colours) and (parts, colours, N).
    mine, theirs = np.sqrt(appearance).swapaxes(0, 1), np.sqrt(others).transpose(1, 2, 0)
    shared = (mine @ theirs).transpose(1, 2, 0).astype(np.float64)
    # Rounding may bring the sum of two equal histograms above 1.
    distance = np.sqrt(np.maximum(1 - shared, 0))
    known = ~np.isnan(distance)
    count = known.sum(-1)
    mean = distance.sum(-1, where=known) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)


def appearance_distances(appearance: Floats, others: Floats) -> Doubles:
    """The distance of `appearance_distance_matrix` for L given pairs.

    Args:
        appearance: (L, parts, colours) of the first person of each pair.
        others: (L, parts, colours) of the second.

    Returns:
        (L,), 0..1; NaN where a pair has no part in common.
    """
    # (L, parts) Bhattacharyya coefficients.
    shared = np.sqrt(appearance.astype(np.float64) * others).sum(-1)
    distance = np.sqrt(np.maximum(1 - shared, 0))
    known = ~np.isnan(distance)
    mean = distance.sum(-1, where=known) / np.maximum(known.sum(-1), 1)
    return np.where(known.any(-1), mean, np.nan)


def point_sigmas(skeleton: Skeleton) -> Doubles:
    """(J + 2,) annotator spreads of the joints and of the two box corners, in body sizes."""
    joints = skeleton.keypoint_sigmas or (_DEFAULT_SIGMA,) * len(skeleton.joints)
    return np.array([*joints, _BOX_SIGMA, _BOX_SIGMA])


def tracked_points(detections: Detections) -> Doubles:
    """(N, J + 2, 2): the visible joints, NaN for the others, and the two box corners."""
    joints = np.where(_visible(detections)[..., None], detections.keypoints, np.nan)
    corners = detections.boxes.reshape(-1, 2, 2)
    return np.concatenate([joints, corners], axis=1).astype(np.float64)


def body_sizes(boxes: Doubles) -> Doubles:
    """(N,) square roots of the areas of (N, 4) boxes, at least one pixel."""
    return np.sqrt(np.maximum(area(boxes), 1.0))


def covered_areas(detections: Detections) -> Doubles:
    """(N,) areas of the boxes around the visible joints; of `boxes` where no joint is visible.

    Detectors disagree in how much background their boxes hold, but not about joints.
    """
    visible = _visible(detections)[..., None]
    low = np.where(visible, detections.keypoints, np.inf).min(1, initial=np.inf)
    high = np.where(visible, detections.keypoints, -np.inf).max(1, initial=-np.inf)
    around = np.concatenate([low, high], axis=1).astype(np.float64)
    without = np.isinf(around).any(1)
    around[without] = detections.boxes[without]
    return area(around)


def _visible(detections: Detections) -> Bools:
    known = np.isfinite(detections.keypoints).all(-1)
    return np.asarray(known & (detections.keypoint_scores >= detections.score_threshold))


def corner_boxes(points: Doubles) -> Doubles:
    """(K, 4) boxes from the last two of (K, J + 2, 2) points."""
    return points[:, -2:].reshape(-1, 4)
