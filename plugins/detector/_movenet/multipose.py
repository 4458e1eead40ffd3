"""MoveNet for up to six people: boxes and keypoints of whole frames in one pass.

MoveNet.MultiPose.Lightning (model card "MoveNet.MultiPose", 2021) takes frames of any size whose
sides are multiples of 32. Google recommends a longer side of 256 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.types import Image

from .network import JOINTS, open_graph

_STRIDE = 32
"""The network halves its input five times."""

_COLUMNS = 3 * JOINTS + 5
"""y, x and score of each joint; ymin, xmin, ymax, xmax and score of the box."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the network sees in a frame, up to six people, in the order of the network.

    Attributes:
        boxes: (N, 5) x1 y1 x2 y2 in pixels of the frame, and a score 0..1.
        keypoints: (N, 17, 2) COCO-17 in pixels of the frame.
        scores: (N, 17) of the keypoints, 0..1.
    """

    boxes: Array
    keypoints: Array
    scores: Array


class MultiPose:
    """An opened network for several people.

    Args:
        topology: the JSON file of the graph.
        weights: its binary file.
        runtime: device and threads.
        side: longer side of the frames that the network is given, pixels.

    Attributes:
        device: where it runs, "cpu" or "cuda".

    Raises:
        BackendError: the files cannot be read, are damaged, or hold another network.
    """

    def __init__(self, topology: Path, weights: Path, runtime: Runtime, side: int) -> None:
        self._model, shape = open_graph(topology, weights, runtime)
        if shape != (1, None, None, 3):
            raise BackendError(
                f"{topology} takes images of the shape {shape}, but MoveNet MultiPose takes any",
                "Give movenet-multipose.json, with movenet-multipose.bin beside it.",
            )
        self.device = self._model.device
        self._side = side

    def find(self, image: Image) -> Found:
        """Find the people of one RGB frame (H, W, 3).

        Raises:
            StageError: inference failed.
        """
        padded, scale = _padded(image, self._side)
        (output,) = self._model.run_each(padded[None])[0].values()
        rows = output.reshape(-1, _COLUMNS).astype(np.float64)
        height, width = padded.shape[:2]
        joints = rows[:, : 3 * JOINTS].reshape(-1, JOINTS, 3)
        corners = rows[:, 3 * JOINTS : -1].reshape(-1, 2, 2)
        # Shares of the padded image, y before x, become pixels of the frame.
        to_frame = np.array([width, height]) / scale
        boxes = (corners[..., ::-1] * to_frame).reshape(-1, 4)
        # 1::-1 takes columns 1 and 0: y, x, score becomes x, y.
        keypoints = joints[..., 1::-1] * to_frame
        return Found(np.column_stack([boxes, rows[:, -1]]), keypoints, joints[..., 2])


def _padded(image: Image, side: int) -> tuple[NDArray[np.int32], float]:
    """Scale an image to a longer side; fill right and below with black to multiples of 32.

    Returns:
        (h, w, 3) int32, and pixels of it per pixel of the image.
    """
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size_wh = [max(1, round(length * scale)) for length in (width, height)]
    # Averaged over areas where it is shrunk: without that, thin limbs come and go.
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, size_wh, interpolation=way)
    shape = [-(-length // _STRIDE) * _STRIDE for length in size_wh[::-1]]
    padded = np.zeros((*shape, 3), np.int32)
    padded[: size_wh[1], : size_wh[0]] = scaled
    return padded, scale
