"""Person boxes by BlazePose: its detector on tiles, confirmed by its landmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.types import FrameBatch
from framework.weights import locate

from .._blazepose.boxes import box_around
from .._blazepose.files import LANDMARKS
from .._blazepose.landmarks import LandmarkModel
from .._blazepose.newcomers import Newcomers
from .._blazepose.tiles import TiledDetector

_TILES = 9
_PRESENCE, _VISIBILITY = 0.9, 0.5
_ROOM = 100


class BlazePoseBoxes:
    """BlazePose as a finder of boxes.

    It needs no ONNX Runtime, and its files come from package registries; but it is slower than
    YOLOX and sees fewer small people and people who touch. Scores are presences.

    Args:
        path: ``pose_detection.tflite``.
        runtime: threads of LiteRT; it runs on the CPU.
        threshold: score from which a candidate is looked at, 0..1.

    Raises:
        BackendError: the file is not this model, or the landmark model cannot be had.
    """

    device = "cpu"

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        landmarks = LandmarkModel(locate(LANDMARKS["full"]), runtime.threads)
        tiles = TiledDetector(path, runtime.threads, threshold, _TILES)
        self._search = Newcomers(landmarks, tiles, _PRESENCE)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """Return the people of each frame, best first.

        Returns:
            One (N, 5) a frame: x1 y1 x2 y2 in pixels, and a score.

        Raises:
            StageError: inference failed.
        """
        found = []
        for image in frames.images:
            poses = self._search.find(image, [], _ROOM)
            boxes = [box_around(pose, _VISIBILITY, frames.size_wh) for pose in poses]
            scores = [pose.presence for pose in poses]
            found.append(np.column_stack([np.array(boxes).reshape(-1, 4), scores]))
        return found
