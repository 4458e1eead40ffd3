"""The figure that stands for a skeleton: limbs between joints, and a ball at each joint."""

from __future__ import annotations

from typing import Any

from framework.skeletons import Skeleton

_RADII_M = {
    "pelvis": 0.06,
    "spine": 0.058,
    "thorax": 0.055,
    "hip": 0.054,
    "knee": 0.042,
    "ankle": 0.03,
    "shoulder": 0.044,
    "elbow": 0.034,
    "wrist": 0.026,
    "neck": 0.024,
}
_OTHER_M, _THROAT_M, _SKULL_M = 0.02, 0.034, 0.105


def figure_of(skeleton: Skeleton) -> dict[str, Any]:
    """Limbs and balls of a skeleton.

    Returns:
        ``limbs``: joint, joint, radius of each; ``radii``: of the ball of each joint; ``sides``: 0
        for joints of the middle, 1 left, 2 right; ``skull``: joints at its front and its top and
        its radius, or None.
    """
    joints = skeleton.joints
    radii = [_radius(joint) for joint in joints]
    # In H36M-17 "neck" is the nose and "head" the crown; between them lies the skull.
    skull = None
    if skeleton.name == "h36m17":
        skull = [joints.index("neck"), joints.index("head"), _SKULL_M]
    return {
        "limbs": [[a, b, _limb(joints[a], joints[b])] for a, b in skeleton.bones],
        "radii": radii,
        "sides": [("left" in joint) + 2 * ("right" in joint) for joint in joints],
        "skull": skull,
    }


def _radius(joint: str) -> float:
    return _RADII_M.get(joint.removeprefix("left_").removeprefix("right_"), _OTHER_M)


def _limb(start: str, end: str) -> float:
    if (start, end) == ("thorax", "neck"):
        return _THROAT_M
    return round(0.85 * min(_radius(start), _radius(end)), 4)
