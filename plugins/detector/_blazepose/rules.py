"""Which candidates are people, and which people are one and the same.

The limits were set on clips of one to dozens of people; each catches ghosts that the others let
through. What none of them catches is a skeleton mixed from two people who touch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.skeletons import BLAZEPOSE33

from .landmarks import Pose

MIN_SIDE_PX = 40.0
PRESENCE_FIRST_LOOK = 0.3

_NEAR, _LIKE = 0.12, (0.6, 1.67)
_DRIFT, _REGROWN = 0.25, (0.6, 1.6)
_SAME_JOINTS, _SAME_TORSO = 0.08, 0.06
_PART_JOINTS, _PART_SIZE = 0.8, 0.75
_TORSO_SHOWN = 0.1

_PAIRS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_JOINTS = [BLAZEPOSE33.index("nose")] + [
    BLAZEPOSE33.index(f"{side}_{joint}") for joint in _PAIRS for side in ("left", "right")
]
_TORSO = [
    BLAZEPOSE33.index(f"{side}_{joint}")
    for joint in ("shoulder", "hip")
    for side in ("left", "right")
]


def worth_a_look(squares: Array, known: Array) -> Array:
    """Drop candidates that are tiny, or that repeat a better one or somebody known.

    Args:
        squares: (N, 4) candidates, best first.
        known: (M, 4) squares of people already followed.

    Returns:
        (K, 4), best first.
    """
    taken = list(known)
    kept = []
    for square in squares[squares[:, 2] >= MIN_SIDE_PX]:
        if not any(_repeats(square, other) for other in taken):
            taken.append(square)
            kept.append(square)
    return np.array(kept, np.float64).reshape(-1, 4)


def _repeats(square: Array, other: Array) -> bool:
    apart = np.hypot(*(square[:2] - other[:2])) / other[2]
    return bool(apart < _NEAR and _LIKE[0] <= square[2] / other[2] <= _LIKE[1])


def stayed(square: Array, pose: Pose) -> bool:
    """Whether the landmarks are about the person whom the candidate promised."""
    drift = np.hypot(*(pose.square[:2] - square[:2])) / square[2]
    return bool(drift <= _DRIFT and _REGROWN[0] <= pose.square[2] / square[2] <= _REGROWN[1])


def has_torso(pose: Pose) -> bool:
    """Whether shoulders and hips lie apart, as far as a newcomer must show.

    The landmark model folds a body up to fit it into things: the foot of a table passed with
    presence 0.99, all 20 times with a torso below 0.03 of the square's side. Newcomers of nine
    clips, bent or half out of the frame, had 0.16 and more.
    """
    shoulders, hips = pose.keypoints[_TORSO[:2]].mean(0), pose.keypoints[_TORSO[2:]].mean(0)
    return bool(np.hypot(*(shoulders - hips)) >= _TORSO_SHOWN * pose.square[2])


def usable(pose: Pose, size_wh: tuple[int, int]) -> bool:
    """Whether somebody is still large enough and in the frame, to be seen and looked at again."""
    large = np.isfinite(pose.square).all() and pose.square[2] >= MIN_SIDE_PX
    return bool(large and inside(pose.keypoints, size_wh).any())


def inside(points: Array, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """(N,) bool: which of (N, 2) points lie in the frame."""
    return np.asarray(((points >= 0) & (points <= np.array(size_wh))).all(1))


def same_person(first: Pose, second: Pose) -> bool:
    """Whether two poses lie on each other, the same way round or turned."""
    side = min(first.square[2], second.square[2])
    apart = np.linalg.norm(first.keypoints[_JOINTS] - second.keypoints[_JOINTS], axis=1)
    torsos = first.keypoints[_TORSO].mean(0) - second.keypoints[_TORSO].mean(0)
    return bool(np.median(apart) < _SAME_JOINTS * side or np.hypot(*torsos) < _SAME_TORSO * side)


def part_of(pose: Pose, other: Pose) -> bool:
    """Whether a pose is a smaller skeleton drawn into a part of another person."""
    joints, whole = pose.keypoints[_JOINTS], other.keypoints[_JOINTS]
    within = ((joints >= whole.min(0)) & (joints <= whole.max(0))).all(1)
    smaller = pose.square[2] < _PART_SIZE * other.square[2]
    return bool(smaller and within.mean() >= _PART_JOINTS)
