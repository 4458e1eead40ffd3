"""The whole frame scaled down into the upper left of a grey square.

YOLOX (arXiv 2107.08430), RTMDet (arXiv 2212.07784) and RTMO (arXiv 2312.07526) were trained on
frames in this form: BGR, 0..255, the rest of the square grey. Placed in the middle, as other
detectors want it, their boxes would be shifted.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.types import Image

GREY = 114
PERSON = 0
"""The class of people, in COCO's 80 as in detectors of people only."""


def letterbox(image: Image, size: int) -> tuple[NDArray[np.float32], float]:
    """Scale an RGB image into a square, as YOLOX and RTMDet were trained.

    Returns:
        (3, size, size) float32, BGR, 0..255; and pixels of the square per pixel of the image.
    """
    height, width = image.shape[:2]
    scale = min(size / height, size / width)
    # A frame of a few pixels in one direction must keep at least one.
    size_wh = [max(1, round(side * scale)) for side in (width, height)]
    square = np.full((size, size, 3), GREY, np.float32)
    # RGB becomes BGR.
    square[: size_wh[1], : size_wh[0]] = cv2.resize(image, size_wh)[:, :, ::-1]
    return np.ascontiguousarray(square.transpose(2, 0, 1)), scale


def side_of(shape: list[int | str | None], otherwise: int) -> int:
    """Side of the square that a network takes; ``otherwise`` where its graph leaves it open."""
    return shape[-1] if isinstance(shape[-1], int) else otherwise


def people_of(
    dets: NDArray[Any], labels: NDArray[Any] | None, scale: float, threshold: float
) -> Array:
    """Read the outputs for one image of a graph that includes its non-maximum suppression.

    Args:
        dets: (n, 5) x1 y1 x2 y2 score in pixels of the square.
        labels: (n,) classes, or None where there is only one.
        scale: returned by `letterbox`.
        threshold: lowest score of a box that is returned.

    Returns:
        (N, 5) boxes of people in pixels of the image and their scores, best first.
    """
    rows = dets.astype(np.float64)
    is_person = rows[:, 4] >= threshold
    if labels is not None:
        is_person &= labels == PERSON
    rows = rows[is_person]
    # Only corners are scaled back; the letterbox begins in the corner, so nothing is shifted.
    rows[:, :4] /= scale
    return rows[np.argsort(-rows[:, 4], kind="stable")]
