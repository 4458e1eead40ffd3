"""Bright figures before a dark background."""

from __future__ import annotations

import numpy as np

from framework.skeletons import COCO17
from framework.stages import Detector, Runtime
from framework.types import Bytes, Detections, Floats, FrameBatch

from .config import BrightConfig

# Where joints are in the box of somebody who stands, seen from the front: x from right to left
# of the person, y from head to feet.
# fmt: off
_JOINTS = np.array([
    [.5, .08], [.54, .06], [.46, .06], [.6, .07], [.4, .07], [.75, .22], [.25, .22],
    [.85, .38], [.15, .38], [.9, .52], [.1, .52], [.65, .52], [.35, .52],
    [.65, .74], [.35, .74], [.65, .96], [.35, .96]], np.float32)
# fmt: on


class Bright(Detector):
    """Everybody is a stretch of bright columns; joints sit where they usually do."""

    skeleton = COCO17
    score_threshold = 0.5

    def __init__(self, config: BrightConfig, runtime: Runtime) -> None:
        self._config = config

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the figures of every frame, from left to right."""
        return [self._look(image) for image in frames.images]

    def _look(self, image: Bytes) -> Detections:
        grey = image.mean(axis=-1)
        bright = grey > np.median(grey) + self._config.contrast
        edges = np.flatnonzero(np.diff(bright.any(axis=0), prepend=False, append=False))
        boxes = [_box(bright, x1, x2) for x1, x2 in edges.reshape(-1, 2)]
        return self._people(np.array(boxes, np.float32).reshape(-1, 4))

    def _people(self, boxes: Floats) -> Detections:
        people, joints = len(boxes), len(_JOINTS)
        corner, size = boxes[:, None, :2], boxes[:, None, 2:] - boxes[:, None, :2]
        flat = (_JOINTS - 0.5) * np.array([0.4, 1], np.float32) * self._config.height_m
        return Detections(
            skeleton=COCO17,
            boxes=boxes,
            box_scores=np.full(people, 0.9, np.float32),
            keypoints=(corner + _JOINTS * size).astype(np.float32),
            keypoint_scores=np.full((people, joints), 0.9, np.float32),
            score_threshold=self.score_threshold,
            keypoints_3d=np.tile(np.pad(flat, ((0, 0), (0, 1))), (people, 1, 1)).astype(np.float32),
        )


def _box(bright: np.ndarray, x1: int, x2: int) -> tuple[int, int, int, int]:
    rows = np.flatnonzero(bright[:, x1:x2].any(axis=1))
    return x1, rows[0], x2, rows[-1] + 1
