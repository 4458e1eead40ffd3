"""Rotation matrices from directions, and sequences of them without jumps.

All functions work on arrays of any leading shape. Matrices turn column vectors: ``v' = R @ v``. A
rotation of a body part has the part's own axes as columns.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from .camera import Array

_TINY = 1e-9


def unit(vectors: Array) -> Array:
    """Vectors (..., 3) of length 1; those of length 0 stay."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _TINY))


def from_axes(primary: Array, secondary: Array, names: str) -> Array:
    """The rotation of which one axis is exact and a second one as near as possible.

    Args:
        primary: (..., 3) direction of the first axis, kept exactly.
        secondary: (..., 3) direction of the second; its part along the first is dropped. Where
            nothing is left, any direction across the first is taken.
        names: of both axes, such as "yx".

    Returns:
        (..., 3, 3).
    """
    one = unit(primary)
    across = secondary - (secondary * one).sum(axis=-1, keepdims=True) * one
    lost = np.linalg.norm(across, axis=-1, keepdims=True) < 1e-6
    two = unit(np.where(lost, _across(one), across))
    first, second = ("xyz".index(name) for name in names)
    axes = [np.empty(0)] * 3
    axes[first], axes[second] = one, two
    third = 3 - first - second
    # x = y cross z and its cyclic successors.
    even = (second - first) % 3 == 1
    axes[third] = np.cross(one, two) if even else np.cross(two, one)
    return np.stack(axes, axis=-1)


def shortest_arc(start: Array, end: Array) -> Array:
    """The smallest rotation (..., 3, 3) that turns one unit vector (..., 3) into another.

    Rodrigues' formula without angles. Opposite vectors have many; one of them is taken.
    """
    cosine = (start * end).sum(axis=-1)[..., None, None]
    cross = _skew(np.cross(start, end))
    turn = np.eye(3) + cross + cross @ cross / np.maximum(1 + cosine, _TINY)
    axis = _across(start)
    half_turn = 2 * axis[..., :, None] * axis[..., None, :] - np.eye(3)
    return np.asarray(np.where(cosine < -1 + 1e-9, half_turn, turn))


def about(axis: Array, angle: Array) -> Array:
    """Rotations (..., 3, 3) about unit vectors (..., 3) by angles (...) in radians (Rodrigues)."""
    cross = _skew(axis)
    sine, cosine = np.sin(angle)[..., None, None], np.cos(angle)[..., None, None]
    return np.asarray(np.eye(3) + sine * cross + (1 - cosine) * (cross @ cross))


def angle_between(start: Array, end: Array, axis: Array) -> Array:
    """Signed angles (...) in radians about unit vectors (..., 3) from one vector to another."""
    return np.asarray(
        np.arctan2((np.cross(start, end) * axis).sum(axis=-1), (start * end).sum(axis=-1))
    )


def smoothed_angles(angles: Array, weights: Array, time_s: Array, tau_s: float) -> Array:
    """Angles (T,) over time, known as well as their weights say, and near 0 where none is known.

    Unit vectors are smoothed instead of angles, so that there is no seam at half a turn: a
    least-squares curve with a penalty on its slope (Whittaker, "On a new method of graduation",
    1923). Between known stretches the direction turns evenly.

    Args:
        angles: (T,) radians.
        weights: (T,) 0 .. 1.
        time_s: (T,) rising.
        tau_s: time over which a weight of 1 still counts against the slope.
    """
    if len(angles) == 1:
        return np.where(weights > 0, angles, 0.0)
    slope = tau_s / np.maximum(np.diff(time_s), 1e-6)
    # Times of equal length: more rows in the same time must not mean less smoothing.
    share = np.gradient(time_s) / tau_s
    rest = 1e-4 * share
    bands = np.zeros((2, len(angles)))
    bands[1] = share * weights + rest
    bands[1, :-1] += slope
    bands[1, 1:] += slope
    bands[0, 1:] = -slope
    known = (share * weights)[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    known[:, 0] += rest
    found = solveh_banded(bands, known)
    return np.asarray(np.arctan2(found[:, 1], found[:, 0]))


def quaternions(rotations: Array) -> Array:
    """Unit quaternions (T, J, 4) x y z w of rotations (T, J, 3, 3), without changes of sign.

    q and -q are the same rotation, but players interpolate between neighbouring frames: each frame
    takes the sign that is nearer to the frame before.
    """
    from scipy.spatial.transform import Rotation

    found = (
        Rotation.from_matrix(rotations.reshape(-1, 3, 3)).as_quat().reshape(*rotations.shape[:2], 4)
    )
    flips = np.sign((found[1:] * found[:-1]).sum(axis=-1))
    signs = np.cumprod(np.where(flips < 0, -1.0, 1.0), axis=0)
    found[1:] *= signs[..., None]
    return np.asarray(found)


def slerp(first: Array, second: Array, share: Array) -> Array:
    """Unit quaternions between two (..., 4) by the shorter way (Shoemake, 1985).

    Args:
        first: at share 0.
        second: at share 1.
        share: (...) 0 .. 1.
    """
    cosine = (first * second).sum(axis=-1, keepdims=True)
    second = np.where(cosine < 0, -second, second)
    angle = np.arccos(np.clip(np.abs(cosine), 0, 1))
    sine, share = np.sin(angle), share[..., None]
    # Nearly equal: the formula would divide 0 by 0.
    small = sine < 1e-6
    weights = [
        np.where(small, part, np.sin(part * angle) / np.where(small, 1, sine))
        for part in (1 - share, share)
    ]
    mixed = weights[0] * first + weights[1] * second
    return np.asarray(mixed / np.linalg.norm(mixed, axis=-1, keepdims=True))


def matrices(quaternion: Array) -> Array:
    """Rotations (..., 3, 3) of unit quaternions (..., 4) x y z w."""
    from scipy.spatial.transform import Rotation

    flat = Rotation.from_quat(quaternion.reshape(-1, 4)).as_matrix()
    return np.asarray(flat.reshape(*quaternion.shape[:-1], 3, 3))


def euler_angles(rotations: Array, order: str) -> Array:
    """Angles (T, J, 3) in radians, continuous over time, from rotations (T, J, 3, 3).

    Straight from the matrix, since a detour by quaternions adds jitter near gimbal lock. ``R =
    R_a(x) R_b(y) R_c(z)`` has two solutions in a turn, and each angle any number of turns: the one
    nearest to the frame before is taken. In gimbal lock the last angle stays.

    Args:
        rotations: over time.
        order: the axes a, b, c, all different, such as "ZXY".
    """
    i, j, k = ("XYZ".index(axis) for axis in order)
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    last = np.zeros((rotations.shape[1], 3))
    found = np.empty((*rotations.shape[:2], 3))
    middle = np.arcsin(np.clip(sign * rotations[..., i, k], -1, 1))
    locked = np.abs(np.cos(middle)) < 1e-6
    outer = np.arctan2(-sign * rotations[..., j, k], rotations[..., k, k])
    inner = np.arctan2(-sign * rotations[..., i, j], rotations[..., i, i])
    axis = np.eye(3)[k]
    for row, rotation in enumerate(rotations):
        one = np.stack([outer[row], middle[row], inner[row]], axis=-1)
        if locked[row].any():
            rest = rotation @ np.swapaxes(
                about(np.broadcast_to(axis, last.shape), last[:, 2]), -1, -2
            )
            free = np.arctan2(sign * rest[:, k, j], rest[:, j, j])
            held = np.stack([free, middle[row], last[:, 2]], axis=-1)
            one = np.where(locked[row][:, None], held, one)
        other = np.stack([one[:, 0] + np.pi, np.pi - one[:, 1], one[:, 2] + np.pi], axis=-1)
        one, other = (a - 2 * np.pi * np.round((a - last) / (2 * np.pi)) for a in (one, other))
        nearer = np.abs(other - last).sum(axis=-1) < np.abs(one - last).sum(axis=-1)
        last = np.where(nearer[:, None], other, one)
        found[row] = last
    return found


def _skew(vectors: Array) -> Array:
    """(..., 3, 3) matrices that multiply like a cross product."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    rows = [[zero, -z, y], [z, zero, -x], [-y, x, zero]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def _across(vectors: Array) -> Array:
    """A unit vector (..., 3) across each of these: away from its smallest coordinate's axis."""
    smallest = np.eye(3)[np.abs(vectors).argmin(axis=-1)]
    return unit(np.cross(vectors, smallest))
