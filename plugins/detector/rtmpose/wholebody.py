"""COCO-WholeBody's 133 keypoints (Jin et al., arXiv 2007.11858): body, feet, face and hands.

Names are made so that ``left`` and ``right`` mirror each other: flips and the mapping to other
skeletons find pairs by name.
"""

from __future__ import annotations

from itertools import pairwise

from framework.skeletons import COCO17, Skeleton

_FEET = tuple(
    f"{side}_{part}" for side in ("left", "right") for part in ("big_toe", "small_toe", "heel")
)


def _sided(name: str, first: str, count: int, middle: int = 0) -> tuple[str, ...]:
    """Names along a line across the face, from the outer end of ``first`` side to the other."""
    other = "left" if first == "right" else "right"
    return (
        *(f"{first}_{name}_{number}" for number in range(count, 0, -1)),
        *(f"{name}_middle_{number}" for number in range(1, middle + 1)),
        *(f"{other}_{name}_{number}" for number in range(1, count + 1)),
    )


def _eye(side: str) -> tuple[str, ...]:
    """Six points around an eye, in the order of the 68-point scheme, which goes round it.

    The two eyes are not in mirrored order there, so their names are given in two orders.
    """
    outer, inner = f"{side}_eye_outer_corner", f"{side}_eye_inner_corner"
    upper = [f"{side}_eye_upper_{where}" for where in ("outer", "inner")]
    lower = [f"{side}_eye_lower_{where}" for where in ("inner", "outer")]
    if side == "right":
        return (outer, *upper, inner, *lower)
    return (inner, *upper[::-1], outer, *lower[::-1])


# The 68 points of the iBUG 300-W scheme, from the right of the person to the left.
_FACE = (
    *_sided("jaw", "right", 8, 1),
    *_sided("brow", "right", 5),
    *(f"nose_bridge_{number}" for number in range(1, 5)),
    *_sided("nostril", "right", 2, 1),
    *_eye("right"),
    *_eye("left"),
    *_sided("upper_lip", "right", 3, 1),
    *_sided("lower_lip", "left", 2, 1),
    *_sided("inner_upper_lip", "right", 2, 1),
    *_sided("inner_lower_lip", "left", 1, 1),
)
_FINGERS = ("thumb", "forefinger", "middle_finger", "ring_finger", "pinky_finger")


def _hand(side: str) -> tuple[str, ...]:
    fingers = (f"{side}_{finger}_{number}" for finger in _FINGERS for number in range(1, 5))
    return (f"{side}_hand_root", *fingers)


_JOINTS = (*COCO17.joints, *_FEET, *_FACE, *_hand("left"), *_hand("right"))


def _bones() -> tuple[tuple[int, int], ...]:
    chains = [
        [f"{side}_ankle", f"{side}_heel", f"{side}_big_toe", f"{side}_small_toe", f"{side}_ankle"]
        for side in ("left", "right")
    ]
    chains += [
        [f"{side}_wrist", *(f"{side}_{finger}_{number}" for number in range(1, 5))]
        for side in ("left", "right")
        for finger in _FINGERS
    ]
    index = {joint: row for row, joint in enumerate(_JOINTS)}
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    return COCO17.bones + tuple((index[first], index[second]) for first, second in pairs)


WHOLEBODY133 = Skeleton(
    name="wholebody133",
    joints=_JOINTS,
    bones=_bones(),
    keypoint_sigmas=COCO17.keypoint_sigmas + (0.079,) * (len(_JOINTS) - len(COCO17.joints)),
)
