"""Person boxes by BlazePose's detector on overlapping tiles of the frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.stages import Runtime
from framework.types import FrameBatch

from .boxes import Array, keep_best
from .squares import SQUARE_PER_RADIUS
from .tiles import TiledDetector

_TILES = 9
_OVERLAP = 0.5
_SLIM = 0.75
"""Width of a person over their length: the shape of the crops that pose models see."""


class BlazePoseBoxes:
    """BlazePose's person detector as a finder of boxes.

    It needs neither ONNX Runtime nor anything but package registries, but it sees fewer small
    people than YOLOX, and proposes things that the pose model has to reject.

    Args:
        path: ``pose_detection.tflite``.
        runtime: threads of LiteRT; it runs on the CPU.
        threshold: score from which a box is returned, 0..1.

    Raises:
        BackendError: the file is not this model.
    """

    device = "cpu"

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        self._detector = TiledDetector(path, runtime.threads, threshold, _TILES)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """Return the people of each frame, best first.

        Returns:
            One (N, 5) a frame: x1 y1 x2 y2 in pixels, which may reach beyond it, and a score.

        Raises:
            StageError: inference failed.
        """
        found = []
        for image in frames.images:
            squares, scores = self._detector.candidates(image, _TILES)
            boxes = boxes_of(squares)
            kept = keep_best(boxes, scores, _OVERLAP)
            found.append(np.column_stack([boxes[kept], scores[kept]]))
        return found


def boxes_of(squares: Array) -> Array:
    """(N, 4) boxes around people whose circles, and axes from hips to head, squares (N, 4) hold."""
    radius = squares[:, 2:3] / SQUARE_PER_RADIUS
    axis = np.abs(np.column_stack([np.sin(squares[:, 3]), np.cos(squares[:, 3])]))
    half = radius * (_SLIM + (1 - _SLIM) * axis)
    return np.concatenate([squares[:, :2] - half, squares[:, :2] + half], 1)
