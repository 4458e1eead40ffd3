"""Which joints a file holds: by their count, and where two orders share it, by the bodies.

OpenPose's BODY_25 and BODY_25B have 25 joints in different orders, and files of VideoPose3D call
COCO's order Human3.6M's. Nose, eyes and ears lie close together in any posture; in a wrong order
the "eyes" are ankles or shoulders, and every later stage would silently work on a wrong body.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.skeletons import SKELETONS, Skeleton

from .parsed import Float64s

_BY_COUNT = {
    17: ("coco17",),
    18: ("openpose18",),
    25: ("body25", "body25b"),
    26: ("halpe26",),
    33: ("blazepose33",),
    133: ("coco17",),
    136: ("halpe26",),
}
COUNTS = frozenset(_BY_COUNT)
"""Numbers of joints that a known tool writes."""

_WHOLE_BODY = (133, 136)
"""COCO-WholeBody and Halpe-136 begin with the body; face and hands are left out."""

_HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")

_NO_EYES = 0.28
"""Head size that stands for an order without eyes: heads measure 0.1 to 0.2, in a wrong order 0.3
and more."""

_CLEAR = 0.8
"""A head this much smaller than in the other order decides."""

_MOST = 2000
"""People that are measured; the median of more is the same."""


def skeleton_of(points: Float64s, candidates: Sequence[str]) -> tuple[Skeleton, str]:
    """The skeleton of (P, K, 3) points, and a note for the user where it was ambiguous.

    Args:
        points: x, y, score; NaN where missing.
        candidates: names of skeletons; () is by the number of joints.

    Raises:
        ValueError: no known skeleton has this number of joints.
    """
    count = points.shape[1]
    names = tuple(candidates) or _BY_COUNT.get(count, ())
    if not len(points):  # nobody at all: any skeleton is right
        return SKELETONS[names[0] if names else "coco17"], ""
    whole_body = count in _WHOLE_BODY and names == _BY_COUNT[count]
    fitting = [SKELETONS[n] for n in names if whole_body or len(SKELETONS[n].joints) == count]
    if not fitting:
        known = " or ".join(str(len(SKELETONS[name].joints)) for name in names)
        known = known or ", ".join(str(number) for number in _BY_COUNT)
        raise ValueError(f"people have {count} joints, not {known}")
    if len(fitting) == 1:
        return fitting[0], ""
    # The head is smaller in the right order.
    sizes = [_head_size(points[:, :, :2], skeleton) for skeleton in fitting]
    best, other = (1, 0) if sizes[1] < sizes[0] else (0, 1)
    chosen, rejected = fitting[best], fitting[other].name
    if sizes[best] < _CLEAR * sizes[other]:
        note = (
            f"joints in the order of {chosen.name}, not {rejected}, by the positions of the heads"
        )
    else:
        note = (
            f"joints taken to be in the order of {chosen.name}, which the bodies do not show: if "
            f"limbs are mixed up, give detector.skeleton={rejected}"
        )
    return chosen, note


def _head_size(points: Float64s, skeleton: Skeleton) -> float:
    """Median spread of nose, eyes and ears over that of all joints; infinite where unknown."""
    if not set(_HEAD) <= set(skeleton.joints):
        return _NO_EYES
    people = points[:: max(1, len(points) // _MOST)]
    head = _spread(people[:, [skeleton.index(joint) for joint in _HEAD]])
    # Relative to the body, so that size and distance do not matter.
    shares = head / _spread(people)
    known = np.isfinite(shares)
    return float(np.median(shares[known])) if known.any() else np.inf


def _spread(points: Float64s) -> Float64s:
    """(P,) root mean square distance from the middle; NaN where fewer than three are known."""
    known = np.isfinite(points).all(-1, keepdims=True)
    # Two joints may lie close together by chance.
    counts = np.where(known.sum(1) >= 3, known.sum(1), np.nan)
    middle = np.where(known, points, 0).sum(1) / counts
    squares = np.where(known, points - middle[:, None], 0) ** 2
    spread: Float64s = np.sqrt(squares.sum((1, 2)) / counts[:, 0])
    return spread
