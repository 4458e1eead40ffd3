"""From points of motion capture to the pose of the sample's figure.

A figure needs axes of pelvis, chest, head, hands and feet, which points do not give; they are
chosen so that no part is mirrored and nothing is twisted against its neighbour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.lab.motion.body import BODY
from framework.lab.sample.body import BodyDimensions, BodyPose

Array = NDArray[np.float64]

_AVERAGE = BodyDimensions()


def size_of(points: Array) -> float:
    """`BodyDimensions.size` of a person with these points (T, 23, 3), by the length of the legs."""
    hip, knee, ankle = (_both(points, joint) for joint in ("hip", "knee", "ankle"))
    # Legs are measured alike by all rigs; trunks are not.
    legs = _length(knee - hip) + _length(ankle - knee)
    return float(np.median(legs) / (_AVERAGE.thigh + _AVERAGE.shin))


def figure_pose(points: Array) -> BodyPose:
    """Return the pose of a figure whose joints are at the given points.

    The trunk is as wide as the points of hips and shoulders. The orientation of feet and hands is
    not recorded: feet are at a right angle to the shins, and thumbs point forward.

    Args:
        points: (T, 23, 3) `BODY`, metres, in any right-handed axes.
    """
    at = {joint: points[:, index] for index, joint in enumerate(BODY.joints)}
    hips, shoulders = _both(points, "hip"), _both(points, "shoulder")
    knees, ankles = _both(points, "knee"), _both(points, "ankle")
    elbows, wrists = _both(points, "elbow"), _both(points, "wrist")
    pelvis_axes = _axes(hips[:, 0] - hips[:, 1], at["spine"] - at["pelvis"])
    chest_axes = _axes(shoulders[:, 0] - shoulders[:, 1], at["thorax"] - at["spine"])
    head_axes = _axes(at["left_ear"] - at["right_ear"], at["head"] - at["skull"])
    size = size_of(points)
    # Rigs differ in where the base of the neck is; the figure's lies a little above its shoulders.
    drop = _AVERAGE.shoulder_drop * size * chest_axes[..., 2]
    # Feet point forward; those of legs stretched out in front point up.
    ahead = pelvis_axes[..., 0] + 0.5 * pelvis_axes[..., 2]
    thumbs = chest_axes[..., 0] + 0.3 * chest_axes[..., 2]
    return BodyPose(
        pelvis=at["pelvis"],
        pelvis_axes=_widened(pelvis_axes, hips, _AVERAGE.hip * size),
        spine=at["spine"],
        thorax=shoulders.mean(axis=1) + drop,
        chest_axes=_widened(chest_axes, shoulders, _AVERAGE.shoulder * size),
        skull=at["skull"],
        head_axes=head_axes,
        shoulders=shoulders,
        elbows=elbows,
        wrists=wrists,
        # Up points from the fingers to the wrist, in line with the forearm.
        hand_axes=_facing(elbows - wrists, thumbs[:, None]),
        hips=hips,
        knees=knees,
        ankles=ankles,
        foot_axes=_facing(knees - ankles, ahead[:, None]),
    )


def _both(points: Array, joint: str) -> Array:
    """(T, 2, 3) left and right."""
    return points[:, [BODY.index(f"left_{joint}"), BODY.index(f"right_{joint}")]]


def _length(vectors: Array) -> Array:
    return np.asarray(np.linalg.norm(vectors, axis=-1, keepdims=True))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(_length(vectors), 1e-9))


def _across(vectors: Array, axis: Array) -> Array:
    """Unit vectors (..., 3) of the components orthogonal to a unit axis."""
    return _unit(vectors - (vectors * axis).sum(axis=-1, keepdims=True) * axis)


def _axes(left: Array, up: Array) -> Array:
    """(..., 3, 3) columns forward, left, up; left is kept, up is made orthogonal."""
    left = _unit(left)
    up = _across(up, left)
    return np.stack((np.cross(left, up), left, up), axis=-1)


def _facing(up: Array, forward: Array) -> Array:
    """(..., 3, 3) columns forward, left, up; up is kept, forward is made orthogonal."""
    up = _unit(up)
    forward = _across(np.broadcast_to(forward, up.shape), up)
    return np.stack((forward, np.cross(up, forward), up), axis=-1)


def _widened(axes: Array, pair: Array, usual_m: float) -> Array:
    """Stretch the left axis so that the part is as wide as a pair of joints (T, 2, 3)."""
    # The figure puts the joints of a part symmetrically about its middle.
    half = _length(pair[:, 0] - pair[:, 1]) / 2
    return np.concatenate(
        (axes[..., :1], axes[..., 1:2] * (half / usual_m)[..., None], axes[..., 2:]), axis=-1
    )
