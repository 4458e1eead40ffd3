"""The line of sight to the pelvis, and the rotation between its axes and the camera's.

The network's input does not contain the person's position in the image, so it can only give the
pose relative to the line of sight to the pelvis: z along that line, x and y as near to the image's
as possible. The position of the pelvis in the image and the camera matrix give the direction of the
line, and with it the rotation to camera axes. Without this step a person at the edge of the image
of a phone would be rotated by up to 32 degrees. `training.target.along_ray` is the inverse.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.geometry.camera import Array
from framework.skeletons import COCO17
from framework.types import Floats

from .windows import ResampledTrack

_HIPS = [COCO17.index("left_hip"), COCO17.index("right_hip")]
_SPAN = 15
"""Steps over which the position is averaged (half a second).

Noise of the line of sight would rotate the whole person from frame to frame.
"""


def lines_of_sight(person: ResampledTrack, matrix: Array) -> Floats:
    """Directions from the camera to the pelvis, at every step.

    Args:
        person: keypoints in pixels.
        matrix: (3, 3) intrinsics of the camera.

    Returns:
        (S, 3) unit vectors in camera space.
    """
    return _rays(_positions(person), matrix)


def causal_lines_of_sight(keypoints: Floats, scores: Floats, matrix: Array) -> Floats:
    """Directions to the pelvis at the ends of windows, without later steps.

    Args:
        keypoints: (R, F, 17, 2) pixels.
        scores: (R, F, 17), 0 where missing; the last step of each window has a joint.
        matrix: (3, 3) intrinsics of the camera.

    Returns:
        (R, 3) unit vectors in camera space.
    """
    joints = scores[:, -_SPAN:] > 0
    both_hips = joints[..., _HIPS].all(axis=-1, keepdims=True)
    hips = np.isin(np.arange(joints.shape[-1]), _HIPS) & both_hips
    # (R, 15, 17) If any step of the span has both hips, only those steps count: the middle of
    # all joints moves with the arms.
    joints = np.where(np.any(both_hips, axis=1, keepdims=True), hips, joints)
    total = (keypoints[:, -_SPAN:] * joints[..., None]).sum(axis=(1, 2))
    # Not a division by zero: the last step of each window has a joint.
    return _rays(total / joints.sum(axis=(1, 2))[:, None], matrix)


def _rays(positions: Floats, matrix: Array) -> Floats:
    """Unit vectors (N, 3) through pixels (N, 2)."""
    # Square pixels (`view`), so one focal length serves both axes.
    image = (positions - matrix[:2, 2]) / matrix[0, 0]
    rays = np.concatenate((image, np.ones((len(image), 1))), axis=1)
    return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True), np.float32)


def shortest_rotation(x: Any, y: Any, z: Any) -> tuple[tuple[Any, Any, Any], ...]:
    """The rows of the matrix that rotates the z axis onto (x, y, z) by the shortest way.

    Rodrigues' formula for the axis (-y, x, 0); it is undefined only for (0, 0, -1), which lies
    behind the camera. Not scipy's Rotation: training computes it in PyTorch, and lifting must do
    the same operations in the same order.

    Args:
        x: arrays or tensors of one shape, parts of unit vectors.
        y: ...
        z: ...
    """
    bend = 1 / (1 + z)
    return (
        (1 - x * x * bend, -x * y * bend, x),
        (-x * y * bend, 1 - y * y * bend, y),
        (-x, -y, z),
    )


def to_camera(joints: Floats, rays: Floats) -> Floats:
    """Rotate poses from the axes of lines of sight into camera axes.

    Args:
        joints: (S, J, 3) metres, z along the line of sight.
        rays: (S, 3) unit vectors in camera space.

    Returns:
        (S, J, 3) metres, camera axes.
    """
    rows = shortest_rotation(*rays.T)
    turn = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    # (S, 3, 3) turn; joints are row vectors, hence its transpose.
    return np.asarray(joints @ np.swapaxes(turn, -1, -2), np.float32)


def _positions(person: ResampledTrack) -> Floats:
    """(S, 2) pixels: the middle of the hips, or of all joints if the hips are never visible.

    Interpolated over steps without them, then averaged over `_SPAN` steps.
    """
    joints = person.scores > 0
    both_hips = np.all(joints[:, _HIPS], axis=1)
    if np.any(both_hips):
        joints = np.isin(np.arange(joints.shape[1]), _HIPS) & both_hips[:, None]
    visible = np.any(joints, axis=1)
    total = np.where(joints[..., None], person.keypoints, 0).sum(axis=1)
    middle = total[visible] / joints[visible].sum(axis=1)[:, None]
    steps = np.arange(len(visible))
    known = [np.interp(steps, steps[visible], middle[:, axis]) for axis in (0, 1)]
    # Repeated ends: zeros would turn the person towards the corner of the image.
    padded = np.pad(np.stack(known, axis=1), ((_SPAN // 2, _SPAN // 2), (0, 0)), mode="edge")
    # A moving mean as a difference of cumulative sums; float64 (from np.interp), since float32
    # would lose parts of a pixel in the sums of a long clip.
    sums = np.cumsum(np.pad(padded, ((1, 0), (0, 0))), axis=0)
    return np.asarray((sums[_SPAN:] - sums[:-_SPAN]) / _SPAN)
