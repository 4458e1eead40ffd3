"""Axis-aligned boxes ``x1 y1 x2 y2``, in any unit; the measures of PASCAL VOC and COCO."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def area(boxes: Array) -> Array:
    """Areas (...) of boxes (..., 4); 0 where a box has its corners in the wrong order."""
    # Clipped before the product: two negative sides would give a positive area.
    size: Array = np.maximum(boxes[..., 2:] - boxes[..., :2], 0).prod(-1)
    return size


def intersection(first: Array, second: Array) -> Array:
    """Areas shared by boxes (..., 4) that broadcast against each other."""
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    return area(np.concatenate([low, high], -1))


def iou(first: Array, second: Array) -> Array:
    """Intersection over union of boxes (..., 4) that broadcast against each other."""
    shared = intersection(first, second)
    # The floor gives 0, not NaN, for two boxes without area.
    ratio: Array = shared / np.maximum(area(first) + area(second) - shared, 1e-9)
    return ratio


def keep_best(boxes: Array, scores: Array, overlap: float) -> NDArray[np.int64]:
    """Greedy non-maximum suppression.

    Args:
        boxes: (N, 4).
        scores: (N,).
        overlap: a box goes when its IoU with a better one exceeds this.

    Returns:
        Indices of the boxes that stay, best first.
    """
    # Stable: equal scores keep the order of the boxes, so the result is reproducible.
    order = np.argsort(-scores, kind="stable")
    kept = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[iou(boxes[best], boxes[order]) <= overlap]
    return np.array(kept, np.int64)
