"""Forward kinematics: from rotations of joints to their positions.

Rotations are plain matrix products instead of those of scipy: results stay the same to the last bit
for all recordings that weights were trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Skeleton3D:
    """A recorded skeleton in motion.

    Attributes:
        names: of the J joints.
        places: (T, J, 3) positions, in the unit and axes of the file.
        axes: (T, J, 3, 3) orientation of each joint; columns are its axes in the world.
        fps: frames per second, or None where the file gives none.
    """

    names: tuple[str, ...]
    places: Array
    axes: Array
    fps: float | None


def about(axis: str, degrees: Array) -> Array:
    """(..., 3, 3) rotations about the axis "x", "y" or "z"."""
    angle = np.deg2rad(degrees)
    # The two other axes in cyclic order, so that rotations are right-handed.
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., range(3), range(3)] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., second, first] = np.sin(angle)
    matrix[..., first, second] = -np.sin(angle)
    return matrix


def euler(order: str, degrees: Array) -> Array:
    """Rotations from Euler angles.

    Args:
        order: like "zyx": about the body's z first, then its new y, then its new x; as matrices
            Rz Ry Rx.
        degrees: (..., len(order)) angles in that order.

    Returns:
        (..., 3, 3).
    """
    matrix = np.broadcast_to(np.eye(3), (*degrees.shape[:-1], 3, 3))
    for place, axis in enumerate(order):
        # Intrinsic rotations: each is about the axes that the former ones have turned.
        matrix = matrix @ about(axis, degrees[..., place])
    return matrix


def pose(parents: Sequence[int], shifts: Array, turns: Array) -> tuple[Array, Array]:
    """Compute the poses of a skeleton.

    Args:
        parents: of each joint, before it in the list; -1 for a root.
        shifts: (T, J, 3) position of each joint in the axes of its parent.
        turns: (T, J, 3, 3) rotation of each joint relative to its parent.

    Returns:
        Positions (T, J, 3) and axes (T, J, 3, 3) in the world.
    """
    places, axes = shifts.copy(), turns.copy()
    # Parents come first, so their positions and axes are final here.
    for joint, parent in enumerate(parents):
        if parent >= 0:
            places[:, joint] = places[:, parent] + _turn(axes[:, parent], shifts[:, joint])
            axes[:, joint] = axes[:, parent] @ turns[:, joint]
    return places, axes


def _turn(axes: Array, vectors: Array) -> Array:
    # (T, 3, 3) @ (T, 3, 1): one rotation per frame.
    turned: Array = (axes @ vectors[..., None])[..., 0]
    return turned
