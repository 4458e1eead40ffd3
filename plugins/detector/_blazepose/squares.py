"""Rotated squares around people, and the crops that BlazePose's networks take.

BlazePose turns the crop so that the person stands upright in it (arXiv 2006.10204);
in an unturned crop of a lying person its landmarks are poor. A square is ``cx, cy, side, angle``
in float64: pixels of the frame, and radians clockwise from upright. Frame and crop both count from
the outer corner of their first pixel, as everywhere.
"""

from __future__ import annotations

import cv2
import numpy as np

from framework.geometry.boxes import Array
from framework.types import Image

SQUARE_PER_RADIUS = 2.5
"""Side of BlazePose's square over the radius of the circle around a person: a quarter of margin."""


def square_from_axis(centre: Array, top: Array, scale: float) -> Array:
    """Squares whose vertical axis is the line from ``centre`` to ``top``.

    Args:
        centre: (..., 2) pixels.
        top: (..., 2) pixels; lies straight above the centre in the crop.
        scale: side of the square over the distance of the two points.

    Returns:
        (..., 4).
    """
    axis = top - centre
    side = scale * np.hypot(axis[..., 0], axis[..., 1])
    # A quarter turn, since arctan2 counts from the x axis and a square from upright.
    angle = np.arctan2(axis[..., 1], axis[..., 0]) + np.pi / 2
    return np.concatenate([centre, side[..., None], angle[..., None]], -1)


def rotation(angle: float) -> Array:
    """(2, 2) matrix that turns directions in the crop into directions in the frame."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def frame_from_crop(square: Array, size: int) -> Array:
    """(2, 3) affine map from pixels of a ``size`` x ``size`` crop to pixels of the frame."""
    turn = rotation(square[3]) * (square[2] / size)
    return np.column_stack([turn, square[:2] - turn @ np.full(2, size / 2)])


def to_frame(points: Array, square: Array, size: int) -> Array:
    """Points (..., 2) of a crop as points of the frame."""
    affine = frame_from_crop(square, size)
    # Rows are points, so the matrix is applied from the right, transposed.
    return points @ affine[:, :2].T + affine[:, 2]


def crop(image: Image, square: Array, size: int) -> Image:
    """Cut a square out of an image; what lies outside the image is black.

    Returns:
        (size, size, 3) uint8.
    """
    affine = frame_from_crop(square, size)
    # OpenCV counts from pixel centres, half a pixel further in on both sides.
    affine[:, 2] += affine[:, :2] @ np.full(2, 0.5) - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut: Image = cv2.warpAffine(image, affine, (size, size), flags=flags)  # type: ignore[assignment]
    return cut
