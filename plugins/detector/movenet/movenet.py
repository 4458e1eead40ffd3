"""The stage: MoveNet on person boxes."""

from __future__ import annotations

from collections.abc import Sequence

from framework.geometry.boxes import Array
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import Image

from .._images.crops import Poses, poses_by_crops
from .._movenet.network import MoveNet
from .._topdown.following import PoseModel
from .._topdown.stage import TopDownDetector
from .config import MoveNetConfig

_PADDING = 1.25
"""Square over person box; of 1.0 to 1.4 the most accurate on both clips with a truth."""

_BATCH = 16
"""Crops held at once."""


class SquareCrops:
    """Implements `PoseModel` with a network for the person in a square.

    Args:
        network: opened.
    """

    skeleton = COCO17

    def __init__(self, network: MoveNet) -> None:
        self._network = network
        self.device = network.device

    def poses(self, images: Sequence[Image], boxes: Sequence[Array]) -> Sequence[Poses]:
        """See `PoseModel.poses`; keypoints may lie outside the square and the image."""
        return poses_by_crops(
            self._network.estimate,
            images,
            boxes,
            size_wh=(self._network.size, self._network.size),
            batch=_BATCH,
            padding=_PADDING,
            averaged=True,
        )


class MoveNetPeople(TopDownDetector):
    """MoveNet Thunder or Lightning on person boxes.

    Args:
        config: options.
        runtime: device and threads.
    """

    name = "movenet"

    def __init__(self, config: MoveNetConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self._model = config.model.value

    def open_model(self) -> PoseModel:
        """Open the pose network.

        Raises:
            BackendError: its files cannot be had or are damaged.
        """
        return SquareCrops(MoveNet(self._model, self._runtime))
