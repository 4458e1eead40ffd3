"""MoveNet for one person: 17 keypoints of the person in a square crop.

The networks are Google's (model card "MoveNet.SinglePose", 2021): trained on COCO and on videos of
fitness, dance and yoga. Input is RGB 0..255 as 32-bit integers, output is (y, x, score) of each
joint of COCO-17 as shares of the crop's sides. Scores are low: 0.3 to 0.8 for right joints.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.weights import locate

from .._inference.onnx import OnnxModel
from .files import GRAPHS, WEIGHTS
from .graph import read_graph
from .to_onnx import to_onnx

JOINTS = 17


class MoveNet:
    """An opened single-person network.

    Args:
        name: "thunder" (256 px, more accurate) or "lightning" (192 px, a quarter of the time).
        runtime: device and threads.

    Attributes:
        device: where it runs, "cpu" or "cuda".
        size: side of its crops, pixels.

    Raises:
        BackendError: its files cannot be had or are damaged.
    """

    def __init__(self, name: str, runtime: Runtime) -> None:
        path, weights = locate(GRAPHS[name]), locate(WEIGHTS[name])
        graph = read_graph(path, weights)
        self._model = OnnxModel(path, runtime, to_onnx(graph))
        self._input, self._output = graph.input, graph.output
        self.device = self._model.device
        self.size = graph.input_shape[1]

    def estimate(self, crops: NDArray[np.uint8]) -> tuple[Array, Array]:
        """Estimate the keypoints of the person in each crop.

        The graph takes one crop at a time: its last steps pick the person nearest to the middle.

        Args:
            crops: (N, size, size, 3) RGB.

        Returns:
            (N, 17, 2) COCO-17 in pixels of the crop, and (N, 17) scores 0..1.

        Raises:
            StageError: inference failed.
        """
        answers = np.zeros((len(crops), JOINTS, 3))
        for row in range(len(crops)):
            image = crops[row : row + 1].astype(np.int32)
            answers[row] = self._model.run({self._input: image})[self._output][0, 0]
        return answers[..., 1::-1] * self.size, answers[..., 2]
