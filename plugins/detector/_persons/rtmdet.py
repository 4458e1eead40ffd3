"""Person boxes by RTMDet (Lyu et al., arXiv 2212.07784)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.types import FrameBatch

from .._images.letterbox import letterbox, people_of, side_of
from .._inference.onnx import OnnxModel

_SIDE = 320
"""Side of the square where the graph leaves it open: that of RTMDet-nano's training."""

# Channel means and deviations of ImageNet, BGR, 0..255, as in RTMDet's training.
_MEAN = np.array([103.53, 116.28, 123.675], np.float32)[:, None, None]
_STD = np.array([57.375, 57.12, 58.395], np.float32)[:, None, None]


class RtmDet:
    """Implements `PersonDetector` with an RTMDet that MMDeploy exported to ONNX.

    The graph includes its non-maximum suppression.

    Args:
        path: the file; input ``(N, 3, S, S)``, outputs ``dets (N, n, 5)``, ``labels (N, n)``.
        runtime: device and threads.
        threshold: lowest score of a box that is returned, 0..1.

    Raises:
        BackendError: the file cannot be opened or is another network.
    """

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        self._model = OnnxModel(path, runtime)
        self.device = self._model.device
        self._threshold = threshold
        (self._input, shape), *more = self._model.takes.items()
        gives = self._model.gives
        if more or len(shape) != 4 or not {"dets", "labels"} <= set(gives):
            raise BackendError(
                f"{path} maps {list(self._model.takes.values())} to {gives}, "
                "but an RTMDet maps one image to dets and labels",
                "Give an RTMDet exported by MMDeploy with its non-maximum suppression.",
            )
        self._size = side_of(shape, _SIDE)
        self._batch = 1 if shape[0] == 1 else 8

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """See `PersonDetector.boxes`."""
        found = []
        for start in range(0, len(frames), self._batch):
            boxed = [
                letterbox(image, self._size) for image in frames.images[start : start + self._batch]
            ]
            pixels = (np.stack([square for square, _ in boxed]) - _MEAN) / _STD
            output = self._model.run({self._input: pixels})
            for row, (_, scale) in enumerate(boxed):
                dets, labels = output["dets"][row], output["labels"][row]
                found.append(people_of(dets, labels, scale, self._threshold))
        return found
