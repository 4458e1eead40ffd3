"""Person boxes by MoveNet MultiPose."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.types import FrameBatch

from .._movenet.multipose import MultiPose

_SIDE = 256

_USUAL = 0.2
"""Score from which Google's own program counts a person."""

_POWER = math.log(0.5) / math.log(_USUAL)


class MoveNetBoxes:
    """Implements `PersonDetector` with MoveNet MultiPose, which finds at most six people.

    The network's scores are low: 0.2 to 0.6 for people in full view. They are raised to a power
    that makes its usual threshold, 0.2, a half: trackers start nobody below a half.

    Args:
        path: the JSON file of the graph.
        runtime: device and threads.
        threshold: lowest score of a person, 0..1.
        weights: the binary file of the graph; None: the one beside the graph that it names.

    Raises:
        BackendError: the files cannot be read, are damaged, or hold another network.
    """

    def __init__(
        self, path: Path, runtime: Runtime, threshold: float, weights: Path | None = None
    ) -> None:
        self._network = MultiPose(path, weights or _beside(path), runtime, _SIDE)
        self.device = self._network.device
        self._threshold = threshold

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """See `PersonDetector.boxes`."""
        found = []
        for image in frames.images:
            boxes = self._network.find(image).boxes
            boxes[:, 4] = boxes[:, 4].clip(0, 1) ** _POWER
            boxes = boxes[boxes[:, 4] >= self._threshold]
            found.append(boxes[np.argsort(-boxes[:, 4], kind="stable")])
        return found


def _beside(path: Path) -> Path:
    """The binary file that a graph names, in its own folder."""
    try:
        ((name,),) = (group["paths"] for group in json.loads(path.read_bytes())["weightsManifest"])
        return path.with_name(Path(name).name)
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BackendError(
            f"{path} is no TF.js graph model with one file of weights: {error!r}",
            "Give movenet-multipose.json, with movenet-multipose.bin beside it.",
        ) from error
