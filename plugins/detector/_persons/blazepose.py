"""Person boxes by BlazePose: its detector on tiles, confirmed by its landmark network."""

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
from .._blazepose.new_people import NewPersonSearch
from .._blazepose.tiles import TiledDetector

_TILES = 9
_PRESENCE, _VISIBILITY = 0.9, 0.5
"""The defaults of ``detector=blazepose``, on which its rules were set."""

_MAX_PEOPLE = 100
"""More than any crop model is given; `TopDownConfig.max_people` cuts further."""


class BlazePoseBoxes:
    """Implements `PersonDetector` with BlazePose.

    It needs no ONNX Runtime, and its files come from package registries; but it is slower than
    YOLOX and finds fewer small people and people who touch. Scores are presences.

    Args:
        path: ``pose_detection.tflite``.
        runtime: threads of LiteRT; it runs on the CPU.
        threshold: lowest score of a candidate that the landmark network is asked about, 0..1.

    Raises:
        BackendError: the file is not this model, or the landmark model is not available.
    """

    device = "cpu"

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        landmarks = LandmarkModel(locate(LANDMARKS["full"]), runtime.threads)
        tiles = TiledDetector(path, runtime.threads, threshold, _TILES)
        self._search = NewPersonSearch(landmarks, tiles, _PRESENCE)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """See `PersonDetector.boxes`; boxes lie within the frame."""
        found = []
        for image in frames.images:
            poses = self._search.find(image, [], _MAX_PEOPLE)
            boxes = [box_around(pose, _VISIBILITY, frames.size_wh) for pose in poses]
            scores = [pose.presence for pose in poses]
            found.append(np.column_stack([np.array(boxes).reshape(-1, 4), scores]))
        return found
