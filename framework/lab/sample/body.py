"""Dimensions of a body, the pose of a body over time, and its joints by name.

The axes of a body are x forward, y to its left, z up; arrays of pairs hold left, then right. The
dimensions are rounded averages of adults (as in Winter, Biomechanics and Motor Control of Human
Movement, 2009); only their ratios matter to a detector.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework.skeletons import Skeleton

Array: TypeAlias = NDArray[np.float64]

SIDES = (1.0, -1.0)
"""Sign of y of the left and of the right half of a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDimensions:
    """Lengths between joint centres in metres, for a body height of 1.75 m.

    Everything is multiplied by ``size``.
    """

    size: float = 1.0
    hip: float = 0.092
    thigh: float = 0.425
    shin: float = 0.405
    ankle_height: float = 0.08
    lumbar: float = 0.25
    chest: float = 0.265
    shoulder: float = 0.18
    shoulder_drop: float = 0.03
    neck: float = 0.105
    upper_arm: float = 0.285
    forearm: float = 0.255
    ball: float = 0.125
    heel: float = 0.055


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPose:
    """Positions and orientations of the parts of a body at T times, in the world, metres.

    Axes are (3, 3) matrices whose columns are the part's forward, left and up. A hand's up
    points from the fingers to the wrist, its forward to the side of the thumb.
    """

    pelvis: Array
    pelvis_axes: Array
    spine: Array
    thorax: Array
    chest_axes: Array
    skull: Array
    head_axes: Array
    shoulders: Array
    elbows: Array
    wrists: Array
    hand_axes: Array
    hips: Array
    knees: Array
    ankles: Array
    foot_axes: Array

    def at(self, row: int) -> BodyPose:
        """The pose at one time, without the leading T axis."""
        return BodyPose(**{item.name: getattr(self, item.name)[row] for item in fields(self)})


# Points of the head from the base of the skull: forward, left, up in metres.
HEAD = {
    "nose": (0.108, 0.0, 0.042),
    "left_eye": (0.088, 0.032, 0.076),
    "right_eye": (0.088, -0.032, 0.076),
    "left_ear": (0.008, 0.078, 0.050),
    "right_ear": (0.008, -0.078, 0.050),
    "neck": (0.050, 0.0, 0.020),
    "head": (0.0, 0.0, 0.150),
}


def joints(pose: BodyPose, size: float, skeleton: Skeleton) -> Array:
    """Joint centres (..., J, 3) in the world.

    Args:
        pose: arrays with or without a leading T axis.
        size: `BodyDimensions.size`.
        skeleton: H36M-17 or COCO-17. Its "neck" is the point between neck and nose, its
            "head" lies near the top of the head; COCO's eyes and ears are on the surface.

    Raises:
        KeyError: the skeleton has a joint that this body lacks.
    """
    named: dict[str, Array] = {"pelvis": pose.pelvis, "spine": pose.spine, "thorax": pose.thorax}
    pairs = ("hip", pose.hips), ("knee", pose.knees), ("ankle", pose.ankles)
    arms = ("shoulder", pose.shoulders), ("elbow", pose.elbows), ("wrist", pose.wrists)
    for name, pair in pairs + arms:
        named["left_" + name], named["right_" + name] = pair[..., 0, :], pair[..., 1, :]
    for name, place in HEAD.items():
        # (..., 3, 3) @ (3,)
        named[name] = pose.skull + pose.head_axes @ (size * np.array(place))
    return np.stack([named[name] for name in skeleton.joints], -2)
