"""Person boxes by YOLOX (Ge et al., arXiv 2107.08430)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.errors import BackendError
from framework.geometry.boxes import Array, keep_best
from framework.stages import Runtime
from framework.types import FrameBatch

from .letterbox import PERSON, letterbox, people_of, side_of
from .onnx import OnnxBatches, Tensor

_STRIDES = (8, 16, 32)
_BOX = 5  # 4 of the box and objectness, before the classes
_CLASSES = 80
_OVERLAP = 0.45
_SIDE = 640


class Yolox:
    """A YOLOX ONNX file, of either kind that is published.

    Megvii's releases know COCO's 80 classes and give raw cells ``(1, cells, 85)``; OpenMMLab's
    know people only and hold their non-maximum suppression, ``dets (1, n, 5)``.

    Args:
        path: the file; input ``(1, 3, S, S)``.
        runtime: device and threads.
        threshold: score from which a box is returned, 0..1.

    Raises:
        BackendError: the file cannot be opened or is another network.
    """

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        self._model = OnnxBatches(path, runtime)
        self.device = self._model.device
        self._threshold = threshold
        self._size = side_of(self._model.takes, _SIDE)
        self._grid, self._stride = _cells(self._size)
        self._raw = self._kind(path)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """Return the people of each frame, best first.

        Returns:
            One (N, 5) a frame: x1 y1 x2 y2 in pixels, which may reach beyond it, and a score.

        Raises:
            StageError: inference failed.
        """
        if not len(frames):
            return []
        boxed = [letterbox(image, self._size) for image in frames.images]
        squares, scales = zip(*boxed, strict=True)
        answers = self._model.run_each(np.stack(squares))  # published graphs take one at a time
        return [self._read(*pair) for pair in zip(answers, scales, strict=True)]

    def _read(self, outputs: dict[str, Tensor], scale: float) -> Array:
        """(N, 5) people in the answer to one picture."""
        first, *others = outputs.values()
        if self._raw:
            return self._decode(first[0], scale)
        return people_of(first[0], others[0][0] if others else None, scale, self._threshold)

    def _decode(self, raw: Tensor, scale: float) -> Array:
        """(N, 5) people among raw cells (cells, 85)."""
        scores = (raw[:, 4] * raw[:, _BOX + PERSON]).astype(np.float64)
        seen = scores >= self._threshold
        scores, raw = scores[seen], raw[seen].astype(np.float64)
        centre = (raw[:, :2] + self._grid[seen]) * self._stride[seen]
        half = np.exp(raw[:, 2:4]) * self._stride[seen] / 2
        boxes = np.concatenate([centre - half, centre + half], 1) / scale
        kept = keep_best(boxes, scores, _OVERLAP)
        return np.column_stack([boxes[kept], scores[kept]])

    def _kind(self, path: Path) -> bool:
        """Whether the answer is raw cells."""
        takes, gives = self._model.takes, list(self._model.gives.values())
        picture = len(takes) == 4 and takes[1] == 3
        columns = gives[0][-1] if len(gives[0]) == 3 else None
        if picture and gives == [[1, len(self._grid), _BOX + _CLASSES]]:
            return True
        if picture and (columns == _BOX or "dets" in self._model.gives):
            return False
        raise BackendError(
            f"{path} maps {takes} to {gives}, but a YOLOX that knows people maps "
            f"[1, 3, 416, 416] to [1, 3549, {_BOX + _CLASSES}] or to [1, n, {_BOX}]",
            "Give a YOLOX ONNX file trained on COCO's 80 classes, or OpenMMLab's of people.",
        )


def _cells(size: int) -> tuple[Array, Array]:
    """Grid position (cells, 2) and stride (cells, 1) of each output row."""
    counts = [size // stride for stride in _STRIDES]
    grids = [np.stack(np.meshgrid(range(n), range(n)), -1).reshape(-1, 2) for n in counts]
    strides = np.repeat(_STRIDES, [n * n for n in counts])
    return np.concatenate(grids).astype(np.float64), strides[:, None].astype(np.float64)
