"""The body of recorded motion: 23 points that form a tree.

World space: metres, y up, a person who faces +z has the left side at +x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framework.skeletons import COCO17, H36M17, Skeleton

Floats = NDArray[np.float32]

FPS = 30.0
"""Frames per second of all motion in training; recordings are resampled to it."""

_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_PARENT_OF = {
    **{H36M17.joints[child]: H36M17.joints[parent] for parent, child in H36M17.bones},
    **dict.fromkeys(("neck", "head", *_FACE), "skull"),
    "skull": "thorax",
}
_POINTS = (*H36M17.joints, "skull", *_FACE)
BODY = Skeleton(
    name="training_body",
    joints=_POINTS,
    bones=tuple((_POINTS.index(p), _POINTS.index(c)) for c, p in _PARENT_OF.items()),
    root=0,
)
"""H36M-17 first, then the base of the skull and the face."""

COCO = tuple(BODY.index(joint) for joint in COCO17.joints)
"""Indices of the joints of COCO-17 among the points of `BODY`."""


def ancestry() -> Floats:
    """Return the (23, 23) matrix of 0 and 1 that sums bones to points."""
    parents = {child: parent for parent, child in BODY.bones}
    # The diagonal is each point's own bone.
    matrix = np.eye(len(BODY.joints), dtype=np.float32)
    for point in range(len(BODY.joints)):
        joint = point
        # A point is the sum of the bones on its way to the root.
        while joint in parents:
            joint = parents[joint]
            matrix[point, joint] = 1
    return matrix


def bones_of(points: Floats) -> Floats:
    """Return each point relative to its parent; the pelvis keeps its position.

    Args:
        points: (..., 23, 3) metres.

    Returns:
        (..., 23, 3) metres, so that ``points = ancestry() @ bones``.
    """
    bones = points.copy()
    parent, child = np.array(BODY.bones).T
    bones[..., child, :] -= points[..., parent, :]
    return bones


def add_face(joints: Floats, skull: Floats, forward: Floats, up: Floats, size: float) -> Floats:
    """Add a face to a body, placed by the average proportions of a head.

    Rigs of motion capture have no nose, eyes or ears, and their "head" joints are at different
    places; only the base of the skull and the orientation of the head are common to all.

    Args:
        joints: (T, 17, 3) H36M-17; neck and head are replaced.
        skull: (T, 3) base of the skull.
        forward: (T, 3) unit vector of the direction that the face is turned to.
        up: (T, 3) unit vector, from the skull's base to its top.
        size: leg length / 0.82 m.

    Returns:
        (T, 23, 3) points of `BODY`.
    """
    # Right-handed: forward z, up y, left x.
    left = np.cross(up, forward)
    # Rows: neck (of H36M), head, nose, eyes, ears; columns: along forward, up, left.
    offsets = np.array(
        [
            (0.05, 0.02, 0),
            (0, 0.13, 0),
            (0.105, 0.04, 0),
            (0.085, 0.075, 0.032),
            (0.085, 0.075, -0.032),
            (0.01, 0.045, 0.073),
            (0.01, 0.045, -0.073),
        ]
    )
    # (T, 3, 3) rows are the axes, so ``offsets @ axes`` is in the world.
    axes = np.stack((forward, up, left), axis=1)
    # (T, 7, 3)
    placed = skull[:, None] + size * np.matmul(offsets, axes)
    points = np.concatenate((joints, skull[:, None], placed[:, 2:]), axis=1)
    # The rig's own neck and head are replaced: rigs disagree about both.
    points[:, [BODY.index("neck"), BODY.index("head")]] = placed[:, :2]
    return points.astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """One recording, or a part of one, of one person.

    Attributes:
        name: unique within its source.
        subject: the person; splits into training, validation and test are by person.
        action: name of the action, or "".
        points: (T, 23, 3) float32, `BODY` in world space, at `FPS`.
    """

    name: str
    subject: str
    action: str
    points: Floats
