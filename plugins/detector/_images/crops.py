"""Upright crops of people in the size that a pose model takes, and the map back to the frame.

Top-down pose models (RTMPose, arXiv 2303.07399; ViTPose, arXiv 2204.12484; AlphaPose, arXiv
2211.03375) are trained on person boxes enlarged by a quarter, in the crop's aspect ratio. A region
is such a box, ``cx, cy, width, height`` in pixels of the frame. Frame and crop both count from the
outer corner of their first pixel: a joint that a model puts into the middle of pixel 7 is at 7.5.
Without that half pixel every joint would lie up to half a crop pixel to the upper left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.types import Image

PADDING = 1.25
"""Crop over person box, as RTMPose, ViTPose and AlphaPose were all trained."""

_MOST_TIMES = 8
"""Bounds the memory of an averaged crop, whatever box a file gives."""

Size = tuple[int, int]
Poses = tuple[Array, Array]
"""Keypoints (N, J, 2) and their scores (N, J) of the N people of one image."""

ReadCrops = Callable[[NDArray[np.uint8]], Poses]
"""From crops (n, height, width, 3) RGB to keypoints in pixels of the crop, and scores."""


def regions(boxes: Array, size_wh: Size, padding: float = PADDING) -> Array:
    """Regions (N, 4) around boxes (N, 4), enlarged, in the aspect ratio of crops of ``size_wh``."""
    aspect = size_wh[0] / size_wh[1]
    centre, extent = (boxes[:, :2] + boxes[:, 2:4]) / 2, boxes[:, 2:4] - boxes[:, :2]
    # The longer side of the box fills the crop; the other gets more surroundings.
    width = padding * np.maximum(extent[:, 0], extent[:, 1] * aspect)
    return np.column_stack([centre, width, width / aspect])


def crop(image: Image, region: Array, size_wh: Size, *, averaged: bool = False) -> Image:
    """Cut a region (4,) out of an image; what lies outside the image is black.

    Args:
        image: (H, W, 3) RGB.
        region: see the module.
        size_wh: of the crop.
        averaged: where the region is shrunk, average over areas, as TensorFlow's and Pillow's
            antialiasing do; otherwise four pixels make one, as in training with OpenCV.

    Returns:
        (height, width, 3) uint8.
    """
    # Cut out at a whole multiple of the size, then average blocks: none of the pixels is skipped.
    times = min(math.ceil(max(region[2:] / np.array(size_wh))), _MOST_TIMES) if averaged else 1
    large_wh = (max(1, times) * size_wh[0], max(1, times) * size_wh[1])
    scale = region[2:] / np.array(large_wh)
    corner = region[:2] - region[2:] / 2
    # OpenCV counts from pixel centres, half a pixel further in on both sides.
    # (2, 3), from pixels of the crop to pixels of the frame (hence WARP_INVERSE_MAP).
    affine = np.column_stack([np.diag(scale), corner + scale * 0.5 - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut: Image = cv2.warpAffine(image, affine, large_wh, flags=flags)  # type: ignore[assignment]
    if times > 1:
        cut = cv2.resize(cut, size_wh, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return cut


def to_frame(points: Array, around: Array, size_wh: Size) -> Array:
    """Points (N, J, 2) of crops as points of the frame, by the regions (N, 4) of the crops."""
    scale = around[:, None, 2:] / np.array(size_wh)
    frame: Array = points * scale + (around[:, None, :2] - around[:, None, 2:] / 2)
    return frame


def poses_by_crops(
    read: ReadCrops,
    images: Sequence[Image],
    boxes: Sequence[Array],
    *,
    size_wh: Size,
    batch: int,
    padding: float = PADDING,
    averaged: bool = False,
) -> list[Poses]:
    """Estimate the poses of all people of all images, in batches that mix images.

    Args:
        read: the model.
        images: (H, W, 3) RGB each.
        boxes: (N, 4) x1 y1 x2 y2 for each image.
        size_wh: of the crops.
        batch: most crops given to ``read`` at once; it is never called with none.
        padding: crop over box.
        averaged: see `crop`.

    Returns:
        One `Poses` an image, in pixels of the image.
    """
    counts = [len(some) for some in boxes]
    # One long list of people of all images, so that batches are full.
    owners = np.repeat(np.arange(len(images)), counts)
    around = regions(np.concatenate([*boxes, np.zeros((0, 4))]), size_wh, padding)
    points, scores = [], []
    for start in range(0, len(around), batch):
        rows = slice(start, start + batch)
        pairs = zip(owners[rows].tolist(), around[rows], strict=True)
        crops = np.stack(
            [crop(images[owner], region, size_wh, averaged=averaged) for owner, region in pairs]
        )
        in_crop, in_crop_scores = read(crops)
        points.append(to_frame(np.asarray(in_crop, np.float64), around[rows], size_wh))
        scores.append(np.asarray(in_crop_scores, np.float64))
    if not points:
        return [(np.zeros((0, 0, 2)), np.zeros((0, 0))) for _ in images]
    # Back from one long array to an array an image, in the order of the boxes.
    ends = np.cumsum(counts)[:-1]
    parts = np.split(np.concatenate(points), ends), np.split(np.concatenate(scores), ends)
    return list(zip(*parts, strict=True))
