"""Person boxes by a YOLOX network (Ge et al., arXiv 2107.08430) trained on COCO's 80 classes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from framework.errors import BackendError, StageError

from .boxes import Array, keep_best

Image = NDArray[np.uint8]

_STRIDES = (8, 16, 32)
_COLUMNS = 85  # box 4, objectness 1, classes 80
_GREY = 114
_OVERLAP = 0.45


class Yolox:
    """A YOLOX ONNX file with the raw outputs of the official export.

    Args:
        path: the file; input ``(1, 3, S, S)``, output ``(1, cells, 85)``.
        threads: of ONNX Runtime.
        threshold: objectness times person score from which a box is returned.

    Raises:
        BackendError: the file cannot be opened or is another network.
    """

    def __init__(self, path: Path, threads: int, threshold: float) -> None:
        self._threshold = threshold
        self._session = _open(path, threads)
        takes = [tensor.shape for tensor in self._session.get_inputs()]
        gives = [tensor.shape for tensor in self._session.get_outputs()]
        self._input, self._size = self._session.get_inputs()[0].name, takes[0][-1]
        if not _is_yolox(takes, gives):
            raise BackendError(
                f"{path} maps {takes} to {gives}, "
                f"but a COCO YOLOX maps [1, 3, 416, 416] to [1, 3549, {_COLUMNS}]",
                "Give detector.yolox_path the ONNX file of a YOLOX trained on COCO's 80 classes.",
            )
        self._grid, self._stride = _cells(self._size)

    def boxes(self, image: Image) -> tuple[Array, Array]:
        """Return people in an RGB image, best first.

        Returns:
            (N, 4) boxes in pixels, which may reach beyond the image, and (N,) scores.

        Raises:
            StageError: inference failed.
        """
        height, width = image.shape[:2]
        scale = min(self._size / height, self._size / width)
        try:
            (raw,) = self._session.run(None, {self._input: self._letterbox(image, scale)})
        except Exception as error:  # ONNX Runtime's own exceptions share no base class
            raise StageError(f"YOLOX failed on a {width}x{height} frame: {error}") from error
        scores = (raw[0, :, 4] * raw[0, :, 5]).astype(np.float64)
        seen = scores >= self._threshold
        scores, raw = scores[seen], raw[0, seen].astype(np.float64)
        centre = (raw[:, :2] + self._grid[seen]) * self._stride[seen]
        half = np.exp(raw[:, 2:4]) * self._stride[seen] / 2
        boxes = np.concatenate([centre - half, centre + half], 1) / scale
        kept = keep_best(boxes, scores, _OVERLAP)
        return boxes[kept], scores[kept]

    def _letterbox(self, image: Image, scale: float) -> NDArray[np.float32]:
        """The image in the upper left of a grey square, BGR, channels first."""
        size_wh = [max(1, round(side * scale)) for side in image.shape[1::-1]]
        square = np.full((self._size, self._size, 3), _GREY, np.float32)
        square[: size_wh[1], : size_wh[0]] = cv2.resize(image, size_wh)[:, :, ::-1]
        return np.ascontiguousarray(square.transpose(2, 0, 1)[None])


def _open(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Waiting threads would otherwise take the cores from the landmark model's runtime.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # as above
        raise BackendError(
            f"YOLOX's file {path} cannot be opened: {error}",
            "Give detector.yolox_path an ONNX file, such as yolox_nano.onnx of the YOLOX project.",
        ) from error


def _is_yolox(takes: list[list[int]], gives: list[list[int]]) -> bool:
    size = takes[0][-1]
    if not isinstance(size, int):
        return False
    cells = sum((size // stride) ** 2 for stride in _STRIDES)
    return takes == [[1, 3, size, size]] and gives == [[1, cells, _COLUMNS]]


def _cells(size: int) -> tuple[Array, Array]:
    """Grid position (cells, 2) and stride (cells, 1) of each output row."""
    counts = [size // stride for stride in _STRIDES]
    grids = [np.stack(np.meshgrid(range(n), range(n)), -1).reshape(-1, 2) for n in counts]
    strides = np.repeat(_STRIDES, [n * n for n in counts])
    return np.concatenate(grids).astype(np.float64), strides[:, None].astype(np.float64)
