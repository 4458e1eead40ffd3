"""Which candidates are people, and which poses are of one and the same person.

The limits were set on clips of one to dozens of people; each rejects false positives that the
others accept. What none of them rejects is a skeleton mixed from two people who touch. All lengths
are shares of the side of a person's square, so that they hold at any distance from the camera.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.skeletons import BLAZEPOSE33

from .landmarks import PoseLandmarks

MIN_SIDE_PX = 40.0
"""Smaller people are a few pixels in the network's crop; their joints are noise."""

FIRST_PRESENCE = 0.3
"""Presence of a candidate that is worth a second estimate. The first square is often off centre,
which lowers the presence of real people too."""

_REPEAT_DISTANCE, _REPEAT_SIZE = 0.12, (0.6, 1.67)
"""Centres nearer than this and sides of such a ratio: two candidates for one person."""

_MAX_DRIFT, _SIZE_CHANGE = 0.25, (0.6, 1.6)
"""How far landmarks may lie from the candidate, and how the size may change, and be of it."""

_SAME_JOINTS, _SAME_TORSO = 0.08, 0.06
"""Median distance of joints, or distance of torsos, below which two poses are of one person."""

_PART_JOINTS, _PART_SIZE = 0.8, 0.75
"""Share of joints within another person, at a smaller size, from which a pose is a part of it."""

_MIN_TORSO = 0.1

_PAIRS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_JOINTS = [BLAZEPOSE33.index("nose")] + [
    BLAZEPOSE33.index(f"{side}_{joint}") for joint in _PAIRS for side in ("left", "right")
]
_TORSO = [
    BLAZEPOSE33.index(f"{side}_{joint}")
    for joint in ("shoulder", "hip")
    for side in ("left", "right")
]


def distinct(squares: Array, known: Array) -> Array:
    """Drop candidates that are tiny, or that repeat a better one or a known person.

    Args:
        squares: (N, 4) candidates, best first.
        known: (M, 4) squares of people already followed.

    Returns:
        (K, 4), best first.
    """
    taken = list(known)
    kept = []
    # Greedy and best first, as in non-maximum suppression.
    for square in squares[squares[:, 2] >= MIN_SIDE_PX]:
        if not any(_repeats(square, other) for other in taken):
            taken.append(square)
            kept.append(square)
    return np.array(kept, np.float64).reshape(-1, 4)


def _repeats(square: Array, other: Array) -> bool:
    # Both centre and size must agree: a child before an adult has the same centre.
    apart = np.hypot(*(square[:2] - other[:2])) / other[2]
    low, high = _REPEAT_SIZE
    return bool(apart < _REPEAT_DISTANCE and low <= square[2] / other[2] <= high)


def agrees_with(square: Array, pose: PoseLandmarks) -> bool:
    """Whether landmarks are of the person whom a candidate square (4,) proposed.

    Otherwise they are of another person nearby, who has a candidate of their own.
    """
    drift = np.hypot(*(pose.square[:2] - square[:2])) / square[2]
    low, high = _SIZE_CHANGE
    return bool(drift <= _MAX_DRIFT and low <= pose.square[2] / square[2] <= high)


def has_torso(pose: PoseLandmarks) -> bool:
    """Whether shoulders and hips are as far apart as a new person must show them.

    The landmark network folds a body up to fit it into things: the foot of a table passed with
    presence 0.99, all 20 times with a torso below 0.03 of the square's side. New people of nine
    clips, bent or half out of the frame, had 0.16 and more.
    """
    shoulders, hips = pose.keypoints[_TORSO[:2]].mean(0), pose.keypoints[_TORSO[2:]].mean(0)
    return bool(np.hypot(*(shoulders - hips)) >= _MIN_TORSO * pose.square[2])


def is_usable(pose: PoseLandmarks, size_wh: tuple[int, int]) -> bool:
    """Whether a person is large enough and partly in the frame, so that it can be followed."""
    # Landmarks of an empty crop may be infinite.
    large = np.isfinite(pose.square).all() and pose.square[2] >= MIN_SIDE_PX
    return bool(large and inside(pose.keypoints, size_wh).any())


def inside(points: Array, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """(N,) bool: which of (N, 2) points lie in the frame."""
    return np.asarray(((points >= 0) & (points <= np.array(size_wh))).all(1))


def same_person(first: PoseLandmarks, second: PoseLandmarks) -> bool:
    """Whether two poses lie on each other, the same way round or turned.

    Two estimates of one person may differ by half a turn: then the joints are far apart, but the
    middles of the torsos are not.
    """
    side = min(first.square[2], second.square[2])
    apart = np.linalg.norm(first.keypoints[_JOINTS] - second.keypoints[_JOINTS], axis=1)
    torsos = first.keypoints[_TORSO].mean(0) - second.keypoints[_TORSO].mean(0)
    # The median, since crossed limbs move single joints far.
    return bool(np.median(apart) < _SAME_JOINTS * side or np.hypot(*torsos) < _SAME_TORSO * side)


def is_part_of(pose: PoseLandmarks, other: PoseLandmarks) -> bool:
    """Whether a pose is a smaller skeleton fitted into a part of another person."""
    joints, whole = pose.keypoints[_JOINTS], other.keypoints[_JOINTS]
    within = ((joints >= whole.min(0)) & (joints <= whole.max(0))).all(1)
    smaller = pose.square[2] < _PART_SIZE * other.square[2]
    return bool(smaller and within.mean() >= _PART_JOINTS)
