"""The pinhole camera as plain functions on arrays.

World: metres, z up, floor at 0. Camera: metres, x right, y down, z forward. Image: pixels,
x right, y down, (0, 0) is the outer corner of the first pixel, so pixel centres lie at +0.5.
The model and the names are those of Hartley and Zisserman, "Multiple View Geometry", chapter 6.
A camera is ``K`` (3, 3) with ``R`` (3, 3) and ``t`` (3,): ``camera = R @ world + t``.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


def intrinsics(size_wh: tuple[int, int], fov_y_rad: float) -> Array:
    """Camera matrix with square pixels and the principal point in the middle.

    Args:
        size_wh: width and height of the image in pixels.
        fov_y_rad: angle between the upper and the lower edge of the image, in (0, pi).

    Returns:
        (3, 3) matrix ``K``.
    """
    width, height = size_wh
    focal_px = 0.5 * height / np.tan(0.5 * fov_y_rad)
    return np.array([[focal_px, 0, 0.5 * width], [0, focal_px, 0.5 * height], [0, 0, 1]])


def view(size_wh: tuple[int, int], focal: float) -> Array:
    """Camera matrix as of `intrinsics`, from a focal length in longer sides of the frame.

    Args:
        size_wh: width and height of the image in pixels.
        focal: focal length in longer sides, as `framework.focal` gives it.

    Returns:
        (3, 3) matrix ``K``.
    """
    width, height = size_wh
    focal_px = focal * max(size_wh)
    return np.array([[focal_px, 0, 0.5 * width], [0, focal_px, 0.5 * height], [0, 0, 1]])


def look_at(eye: ArrayLike, target: ArrayLike, up: ArrayLike = (0, 0, 1)) -> tuple[Array, Array]:
    """Extrinsics of an upright camera at one point that is directed at another.

    Args:
        eye: (3,) the camera's position in the world, metres.
        target: (3,) the point in the middle of its image.
        up: (3,) the direction that is up in its image; not parallel to the line of sight.

    Returns:
        ``R`` (3, 3) and ``t`` (3,), from world to camera.

    Raises:
        ValueError: eye and target are the same point, or in line with ``up``.
    """
    place = np.asarray(eye, float)
    forward = np.asarray(target, float) - place
    right = np.cross(forward, np.asarray(up, float))
    if np.linalg.norm(right) < 1e-9:
        raise ValueError(f"a camera at {eye!r} cannot look at {target!r} with {up!r} upwards")
    forward = forward / np.linalg.norm(forward)
    right = right / np.linalg.norm(right)
    # Rows are the camera's axes in the world: x right, y down, z forward. y = z cross x.
    rotation = np.stack([right, np.cross(forward, right), forward])
    # The camera itself must map to the origin: R @ eye + t = 0.
    return rotation, -rotation @ place


def camera_from_world(points: ArrayLike, rotation: ArrayLike, translation: ArrayLike) -> Array:
    """World points (..., 3) in camera axes: ``R @ p + t``.

    ``rotation`` (..., 3, 3) and ``translation`` (..., 3) may have one entry per frame, as long
    as their leading axes broadcast against those of the points.
    """
    turned = np.einsum("...ij,...j->...i", np.asarray(rotation), np.asarray(points))
    return np.asarray(turned + np.asarray(translation))


def world_from_camera(points: ArrayLike, rotation: ArrayLike, translation: ArrayLike) -> Array:
    """Camera points (..., 3) in world axes: ``R.T @ (p - t)``; the inverse of the above."""
    moved = np.asarray(points) - np.asarray(translation)
    return np.asarray(np.einsum("...ji,...j->...i", np.asarray(rotation), moved))


def project(points: ArrayLike, matrix: ArrayLike) -> Array:
    """Pixels (..., 2) of camera points (..., 3); NaN where a point is not in front.

    Args:
        points: camera axes, metres.
        matrix: ``K``, (3, 3) or (..., 3, 3) to broadcast.
    """
    xyz = np.asarray(points, float)
    # (..., 1); behind the camera the division could give a mirrored point in the image.
    depth = np.where(xyz[..., 2:] > 0, xyz[..., 2:], np.nan)
    homogeneous = np.einsum("...ij,...j->...i", np.asarray(matrix), xyz / depth)
    return np.asarray(homogeneous[..., :2])


def unproject(pixels: ArrayLike, depth_m: ArrayLike, matrix: ArrayLike) -> Array:
    """Camera points (..., 3) seen at pixels (..., 2) in a depth (...); the inverse of `project`.

    The depth is along the camera's z axis, not along the ray.
    """
    uv = np.asarray(pixels, float)
    # (..., 3) homogeneous pixels; K^-1 turns them into rays of depth 1.
    rays = np.concatenate([uv, np.ones_like(uv[..., :1])], -1)
    rays = np.einsum("...ij,...j->...i", np.linalg.inv(np.asarray(matrix)), rays)
    return np.asarray(rays * np.asarray(depth_m)[..., None])
