"""From the line of sight to the camera's axes.

The network sees a person without the picture, and gives the pose about the line of sight to the
pelvis. Where the pelvis is in the picture says how that line lies in camera space.
"""

from __future__ import annotations

import numpy as np

from framework.geometry.camera import Array
from framework.skeletons import COCO17
from framework.types import Floats

from .windows import Steps

_HIPS = [COCO17.index("left_hip"), COCO17.index("right_hip")]
# Steps over which the place is averaged (half a second): a trembling line of sight would make
# the whole person tremble.
_SPAN = 15


def lines_of_sight(person: Steps, matrix: Array) -> Floats:
    """Directions from the camera to the pelvis.

    Args:
        person: keypoints in pixels.
        matrix: (3, 3) of the camera.

    Returns:
        (S, 3) unit vectors in camera space.
    """
    return _rays(_places(person), matrix)


def lines_of_sight_now(keypoints: Floats, scores: Floats, matrix: Array) -> Floats:
    """Directions to the pelvis at the ends of windows, without a look ahead.

    Args:
        keypoints: (R, F, 17, 2) pixels.
        scores: (R, F, 17), 0 where missing; the last step of each window has a joint.
        matrix: (3, 3) of the camera.

    Returns:
        (R, 3) unit vectors in camera space.
    """
    joints = scores[:, -_SPAN:] > 0
    whole = joints[..., _HIPS].all(axis=-1, keepdims=True)
    hips = np.isin(np.arange(joints.shape[-1]), _HIPS) & whole
    joints = np.where(np.any(whole, axis=1, keepdims=True), hips, joints)
    total = (keypoints[:, -_SPAN:] * joints[..., None]).sum(axis=(1, 2))
    return _rays(total / joints.sum(axis=(1, 2))[:, None], matrix)


def _rays(places: Floats, matrix: Array) -> Floats:
    image = (places - matrix[:2, 2]) / matrix[0, 0]
    rays = np.concatenate((image, np.ones((len(image), 1))), axis=1)
    return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True), np.float32)


def to_camera(joints: Floats, rays: Floats) -> Floats:
    """Turn poses (S, J, 3) about lines of sight (S, 3) into camera axes, by the shortest turn."""
    x, y, z = rays.T
    bend = 1 / (1 + z)
    rows = ((1 - x * x * bend, -x * y * bend, x), (-x * y * bend, 1 - y * y * bend, y), (-x, -y, z))
    turn = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return np.asarray(joints @ np.swapaxes(turn, -1, -2), np.float32)


def _places(person: Steps) -> Floats:
    """(S, 2) middle of the hips in pixels, or of the whole body when hips are never seen."""
    joints = person.scores > 0
    whole = np.all(joints[:, _HIPS], axis=1)
    if np.any(whole):
        joints = np.isin(np.arange(joints.shape[1]), _HIPS) & whole[:, None]
    seen = np.any(joints, axis=1)
    total = np.where(joints[..., None], person.keypoints, 0).sum(axis=1)
    middle = total[seen] / joints[seen].sum(axis=1)[:, None]
    steps = np.arange(len(seen))
    known = [np.interp(steps, steps[seen], middle[:, axis]) for axis in (0, 1)]
    padded = np.pad(np.stack(known, axis=1), ((_SPAN // 2, _SPAN // 2), (0, 0)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((1, 0), (0, 0))), axis=0)
    return np.asarray((sums[_SPAN:] - sums[:-_SPAN]) / _SPAN)
