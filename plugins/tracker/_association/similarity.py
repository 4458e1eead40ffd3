"""How much two people look like one, by place alone. Everything in pixels of the upright frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.skeletons import Skeleton
from framework.types import Bools, Detections, Floats

Doubles = NDArray[np.float64]

_BOX_SIGMA = 0.1
_PLAIN_SIGMA = 0.079


def overlap(boxes: Doubles, others: Doubles) -> Doubles:
    """Intersection over union of every pair.

    Args:
        boxes: (K, 4) x1 y1 x2 y2.
        others: (N, 4).

    Returns:
        (K, N), 0..1; 0 where both boxes are empty.
    """
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    wide = np.maximum(high - low, 0)
    shared = wide[..., 0] * wide[..., 1]
    union = box_areas(boxes)[:, None] + box_areas(others)[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def point_similarity(
    points: Doubles, variance: Doubles, others: Doubles, sizes: Doubles, sigmas: Doubles
) -> Doubles:
    """Object keypoint similarity of every pair, widened by what the prediction does not know.

    COCO's OKS (cocodataset.org/#keypoints-eval), the mean of exp(-d^2 / (2 s^2 (2 sigma)^2)) over
    the points that both have, with the variance of the predicted points added to (2 sigma)^2.

    Args:
        points: (K, M, 2) predicted; NaN where unknown.
        variance: (K, M) of ``points``, in squared body sizes.
        others: (N, M, 2) detected; NaN where unknown.
        sizes: (K,) body sizes s in pixels.
        sigmas: (M,) from `point_sigmas`.

    Returns:
        (K, N), 0..1; 0 where a pair has no point in common.
    """
    away = points[:, None] - others[None]
    square = away[..., 0] ** 2 + away[..., 1] ** 2
    spread = ((2 * sigmas) ** 2 + variance) * sizes[:, None] ** 2
    near = np.exp(square * (-0.5 / spread)[:, None])
    common = ~np.isnan(near)
    return np.asarray(near.sum(-1, where=common) / np.maximum(common.sum(-1), 1))


def look_distance(looks: Floats, others: Floats) -> Doubles:
    """How unlike the colours of every pair are: Hellinger distances, the mean of the parts.

    Args:
        looks: (K, parts, colours) histograms, each with a sum of 1; NaN where unknown.
        others: (N, parts, colours).

    Returns:
        (K, N), 0..1; NaN where a pair has no part in common.
    """
    by_part, theirs = np.sqrt(looks).swapaxes(0, 1), np.sqrt(others).transpose(1, 2, 0)
    shared = (by_part @ theirs).transpose(1, 2, 0).astype(np.float64)
    apart = np.sqrt(np.maximum(1 - shared, 0))
    known = ~np.isnan(apart)
    count = known.sum(-1)
    mean = apart.sum(-1, where=known) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)


def look_distances(looks: Floats, others: Floats) -> Doubles:
    """The same for pairs given one by one: (L, parts, colours) twice to (L,)."""
    shared = np.sqrt(looks.astype(np.float64) * others).sum(-1)
    apart = np.sqrt(np.maximum(1 - shared, 0))
    known = ~np.isnan(apart)
    mean = apart.sum(-1, where=known) / np.maximum(known.sum(-1), 1)
    return np.where(known.any(-1), mean, np.nan)


def point_sigmas(skeleton: Skeleton) -> Doubles:
    """(J + 2,) spreads of the joints and of the two box corners, in body sizes."""
    joints = skeleton.keypoint_sigmas or (_PLAIN_SIGMA,) * len(skeleton.joints)
    return np.array([*joints, _BOX_SIGMA, _BOX_SIGMA])


def tracked_points(detections: Detections) -> Doubles:
    """(N, J + 2, 2): the joints that are seen, NaN for the others, and the two box corners."""
    joints = np.where(_seen(detections)[..., None], detections.keypoints, np.nan)
    corners = detections.boxes.reshape(-1, 2, 2)
    return np.concatenate([joints, corners], axis=1).astype(np.float64)


def body_sizes(boxes: Doubles) -> Doubles:
    """(N,) square roots of the areas, at least one pixel."""
    return np.sqrt(np.maximum(box_areas(boxes), 1.0))


def box_areas(boxes: Doubles) -> Doubles:
    """(N,) areas of (N, 4) boxes."""
    wide = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(wide[:, 0] * wide[:, 1])


def covered_areas(detections: Detections) -> Doubles:
    """(N,) areas of the boxes around the joints that are seen; of `boxes` where none is."""
    seen = _seen(detections)[..., None]
    low = np.where(seen, detections.keypoints, np.inf).min(1, initial=np.inf)
    high = np.where(seen, detections.keypoints, -np.inf).max(1, initial=-np.inf)
    around = np.concatenate([low, high], axis=1).astype(np.float64)
    blind = np.isinf(around).any(1)
    around[blind] = detections.boxes[blind]
    return box_areas(around)


def _seen(detections: Detections) -> Bools:
    known = np.isfinite(detections.keypoints).all(-1)
    return np.asarray(known & (detections.keypoint_scores >= detections.score_threshold))


def corner_boxes(points: Doubles) -> Doubles:
    """(K, 4) boxes from the last two of (K, J + 2, 2) points."""
    return points[:, -2:].reshape(-1, 4)
