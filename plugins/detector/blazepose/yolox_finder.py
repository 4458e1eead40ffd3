"""YOLOX's boxes as squares for the landmark model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .._topdown.squares import Array, Image
from .._topdown.yolox import Yolox

_SQUARE_PER_BOX = 1.25


class YoloxFinder:
    """Proposes the upright square around each person box.

    Args:
        path: ONNX file of a COCO YOLOX.
        threads: of ONNX Runtime.
        threshold: score of a candidate, 0..1.
    """

    def __init__(self, path: Path, threads: int, threshold: float) -> None:
        self._network = Yolox(path, threads, threshold)

    def squares(self, image: Image, *, whole_only: bool) -> Array:
        """Return (N, 4) squares, best first; every look is at the whole image."""
        del whole_only
        boxes, _ = self._network.boxes(image)
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        side = _SQUARE_PER_BOX * (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0)
        return np.column_stack([centre, side, np.zeros(len(boxes))])
