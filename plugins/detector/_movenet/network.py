"""MoveNet for one person: 17 keypoints of the person in a square crop.

The networks are Google's (model card "MoveNet.SinglePose", 2021): trained on COCO and on videos of
fitness, dance and yoga. Input is RGB 0..255 as 32-bit integers, output is (y, x, score) of each
joint of COCO-17 as shares of the crop's sides. Scores are low: 0.3 to 0.8 for right joints.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.weights import locate

from .._inference.onnx import OnnxBatches
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
        self._model, shape = open_graph(locate(GRAPHS[name]), locate(WEIGHTS[name]), runtime)
        self.device = self._model.device
        side = shape[1] if len(shape) == 4 else None
        if side is None or shape != (1, side, side, 3):
            raise BackendError(f"{GRAPHS[name].filename} takes {shape}, which is no square crop")
        self.size = side

    def estimate(self, crops: NDArray[np.uint8]) -> tuple[Array, Array]:
        """Estimate the keypoints of the person in each crop.

        The graph takes one crop at a time: its last steps pick the person nearest to the middle.
        So the result for a crop does not depend on the others.

        Args:
            crops: (N, size, size, 3) RGB.

        Returns:
            (N, 17, 2) COCO-17 in pixels of the crop, and (N, 17) scores 0..1.

        Raises:
            StageError: inference failed.
        """
        answers = np.zeros((len(crops), JOINTS, 3))
        for row, outputs in enumerate(self._model.run_each(crops.astype(np.int32))):
            (output,) = outputs.values()
            answers[row] = output[0, 0]
        # 1::-1 takes columns 1 and 0: y, x, score becomes x, y.
        return answers[..., 1::-1] * self.size, answers[..., 2]


def open_graph(
    topology: Path, weights: Path, runtime: Runtime
) -> tuple[OnnxBatches, tuple[int | None, ...]]:
    """Open a TF.js graph model with ONNX Runtime.

    Args:
        topology: the JSON file.
        weights: its binary file.
        runtime: device and threads.

    Returns:
        The model, and the shape of its input; None for open sides.

    Raises:
        BackendError: the files cannot be read, are damaged, or hold what is not known here.
    """
    graph = read_graph(topology, weights)
    return OnnxBatches(topology, runtime, to_onnx(graph)), graph.input_shape
