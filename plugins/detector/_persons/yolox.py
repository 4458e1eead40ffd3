"""Person boxes by YOLOX (Ge et al., arXiv 2107.08430)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.errors import BackendError
from framework.geometry.boxes import Array, keep_best
from framework.stages import Runtime
from framework.types import FrameBatch

from .._images.letterbox import PERSON, letterbox, people_of, side_of
from .._inference.onnx import OnnxBatches, Tensor

_STRIDES = (8, 16, 32)
_BOX = 5  # 4 of the box and objectness, before the classes
_CLASSES = 80
_OVERLAP = 0.45
"""IoU of the non-maximum suppression in YOLOX's own demo."""

_SIDE = 640
"""Side of the square where the graph leaves it open."""


class Yolox:
    """Implements `PersonDetector` with a YOLOX ONNX file of either published kind.

    Megvii's releases have COCO's 80 classes and give raw cells ``(1, cells, 85)``; OpenMMLab's
    have people only and include their non-maximum suppression, ``dets (1, n, 5)``.

    Args:
        path: the file; input ``(1, 3, S, S)``.
        runtime: device and threads.
        threshold: lowest score of a box that is returned, 0..1.

    Raises:
        BackendError: the file cannot be opened or is another network.
    """

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        self._model = OnnxBatches(path, runtime)
        self.device = self._model.device
        self._threshold = threshold
        self._size = side_of(self._model.takes, _SIDE)
        self._grid, self._stride = _cells(self._size)
        self._raw = self._gives_raw_cells(path)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """See `PersonDetector.boxes`."""
        if not len(frames):
            return []
        boxed = [letterbox(image, self._size) for image in frames.images]
        squares, scales = zip(*boxed, strict=True)
        outputs = self._model.run_each(np.stack(squares))  # published graphs take one at a time
        return [self._read(*pair) for pair in zip(outputs, scales, strict=True)]

    def _read(self, outputs: dict[str, Tensor], scale: float) -> Array:
        """(N, 5) people in the outputs for one image."""
        first, *others = outputs.values()
        if self._raw:
            return self._decode(first[0], scale)
        return people_of(first[0], others[0][0] if others else None, scale, self._threshold)

    def _decode(self, raw: Tensor, scale: float) -> Array:
        """(N, 5) people among raw cells (cells, 85), as in YOLOX's ``demo_postprocess``.

        A cell holds its centre relative to its place in the grid, the logarithm of its size (both
        in strides), its objectness and the score of each class.
        """
        # Objectness times class score, as trained.
        scores = (raw[:, 4] * raw[:, _BOX + PERSON]).astype(np.float64)
        kept = scores >= self._threshold
        scores, raw = scores[kept], raw[kept].astype(np.float64)
        centre = (raw[:, :2] + self._grid[kept]) * self._stride[kept]
        # Half of width and height, in pixels of the square.
        half = np.exp(raw[:, 2:4]) * self._stride[kept] / 2
        boxes = np.concatenate([centre - half, centre + half], 1) / scale
        best = keep_best(boxes, scores, _OVERLAP)
        return np.column_stack([boxes[best], scores[best]])

    def _gives_raw_cells(self, path: Path) -> bool:
        """Whether the output is raw cells rather than boxes.

        Raises:
            BackendError: it is neither.
        """
        takes, gives = self._model.takes, list(self._model.gives.values())
        takes_image = len(takes) == 4 and takes[1] == 3
        columns = gives[0][-1] if len(gives[0]) == 3 else None
        if takes_image and gives == [[1, len(self._grid), _BOX + _CLASSES]]:
            return True
        if takes_image and (columns == _BOX or "dets" in self._model.gives):
            return False
        raise BackendError(
            f"{path} maps {takes} to {gives}, but a YOLOX that detects people maps "
            f"[1, 3, 416, 416] to [1, 3549, {_BOX + _CLASSES}] or to [1, n, {_BOX}]",
            "Give a YOLOX ONNX file trained on COCO's 80 classes, or OpenMMLab's of people.",
        )


def _cells(size: int) -> tuple[Array, Array]:
    """Grid position (cells, 2) and stride (cells, 1) of each output row."""
    counts = [size // stride for stride in _STRIDES]
    # Rows of the output follow the grids from fine to coarse, each row by row.
    grids = [np.stack(np.meshgrid(range(n), range(n)), -1).reshape(-1, 2) for n in counts]
    strides = np.repeat(_STRIDES, [n * n for n in counts])
    return np.concatenate(grids).astype(np.float64), strides[:, None].astype(np.float64)
