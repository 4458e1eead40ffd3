"""Joints by their names, as each tool spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from framework.skeletons import SKELETONS, Skeleton

from .parsed import Float64s

_FEWEST = 6
"""Joints of a person that a file must name; fewer are an animal's, or a hand's."""

_PREFERRED = (
    "coco17",
    "openpose18",
    "body25",
    "halpe26",
    "body25b",
    "blazepose33",
    "h36m17",
)
"""Where several skeletons have the same number of the joints, the first is taken."""

_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_MIDDLE = {"mid", "middle", "center", "centre", "c"}

_SAME: Mapping[str, tuple[str, ...]] = {
    "bigtoe": ("big_toe",),
    "smalltoe": ("small_toe",),
    "toe": ("big_toe", "foot_index"),
    "toes": ("big_toe", "foot_index"),
    "hip": ("pelvis",),
    "hips": ("pelvis",),
    "root": ("pelvis",),
    "neck": ("upper_neck", "thorax", "neck"),
    "chest": ("thorax",),
    "shoulder": ("thorax",),
    "head_top": ("head",),
    "top_head": ("head",),
    "top_of_head": ("head",),
    "heel_bone": ("heel",),
    "foot_index": ("big_toe",),
}
"""Other words for joints; those of a side, such as a hip without one, lie in the middle."""
_ONLY_MIDDLE = ("hip", "hips", "shoulder")

_MPII = {
    **{f"{part}1": f"right_{part}" for part in ("ankle", "knee", "hip", "wrist", "elbow")},
    **{f"{part}2": f"left_{part}" for part in ("ankle", "knee", "hip", "wrist", "elbow")},
    "shoulder1": "right_shoulder",
    "shoulder2": "left_shoulder",
}
"""DeepLabCut's own model of people numbers the sides: MPII's right ones come first."""


class _Joint(NamedTuple):
    side: str
    part: str


def by_names(
    points: Float64s, names: Sequence[str], wanted: str | None = None
) -> tuple[Float64s, Skeleton, str]:
    """Put (P, K, 3) points with K names into the order of a skeleton that has most of them.

    Args:
        points: x, y, score; NaN where missing.
        names: as the file spells them: ``left_knee``, ``LKnee``, ``Knee.L``, ``leftKnee``.
        wanted: the name of a skeleton, or None.

    Returns:
        (P, J, 3), NaN where the file has no such joint; the skeleton; a note for the user.

    Raises:
        ValueError: the names are not those of a person's joints.
    """
    if len(names) != points.shape[1]:
        raise ValueError(f"there are {len(names)} names for {points.shape[1]} joints")
    joints = [_joint(name) for name in names]
    candidates = [SKELETONS[name] for name in ((wanted,) if wanted else _PREFERRED)]
    places = [_places(joints, skeleton) for skeleton in candidates]
    found = max(range(len(candidates)), key=lambda k: len(places[k]))
    skeleton, columns = candidates[found], places[found]
    if len(columns) < _FEWEST:
        known = ", ".join(str(name)[:20] for name in names[:5])
        raise ValueError(
            f"its joints ({known}{', ...' if len(names) > 5 else ''}) are not those of a person: "
            "give their names in the order of the file with detector.joints=[left_hip,...]"
        )
    ordered = np.full((len(points), len(skeleton.joints), 3), np.nan)
    ordered[:, list(columns)] = points[:, list(columns.values())]
    return ordered, skeleton, _note(names, columns, skeleton)


def _places(joints: Sequence[_Joint], skeleton: Skeleton) -> dict[int, int]:
    """Column of the file for each joint of the skeleton that it names."""
    places: dict[int, int] = {}
    own = {_joint(name): index for index, name in enumerate(skeleton.joints)}
    for column, joint in enumerate(joints):
        middle = not joint.side or joint.part not in _ONLY_MIDDLE
        words = (joint.part, *(_SAME.get(joint.part, ()) if middle else ()))
        index = next((own[_Joint(joint.side, w)] for w in words if (joint.side, w) in own), None)
        if index is None:
            continue
        if index in places:
            raise ValueError(f"two of its joints are the {skeleton.joints[index]}")
        places[index] = column
    return places


def _joint(name: str) -> _Joint:
    """Side and part of a joint: ``LBigToe`` is the left ``big_toe``, ``mouth_right`` ..."""
    name = _MPII.get(name.strip().lower(), name.strip())
    # Capitals begin words, but "LEFT" is one word; "LKnee" and "lKnee" are two.
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]
    sides = [_SIDES[word] for word in words if word in _SIDES]
    parts = [word for word in words if word not in _SIDES]
    if sides or len(parts) > 1:
        parts = [part for part in parts if part not in _MIDDLE]
    return _Joint(sides[0] if len(set(sides)) == 1 else "", "_".join(parts))


def _note(names: Sequence[str], columns: Mapping[int, int], skeleton: Skeleton) -> str:
    """Which joints were not taken, in a sentence; nothing where all were."""
    left = [name for column, name in enumerate(names) if column not in columns.values()]
    if not left:
        return ""
    some = ", ".join(left[:4]) + (f" and {len(left) - 4} more" if len(left) > 4 else "")
    return f"joints by their names as {skeleton.name}; not used: {some}"
