"""The stage."""

from __future__ import annotations

from framework.skeletons import COCO17, HALPE26
from framework.stages import Runtime
from framework.weights import locate

from .._topdown.following import PoseModel
from .._topdown.stage import TopDown
from .config import Body, RtmPoseConfig
from .files import PERSONS, POSES
from .simcc import SimCcModel


class RtmPose(TopDown):
    """RTMPose, or another network with its outputs, on person boxes.

    Keypoint scores are the mean of both maxima, about 0..1.

    Args:
        config: settings.
        runtime: device and threads.
    """

    def __init__(self, config: RtmPoseConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self._config = config
        self.skeleton = HALPE26 if config.body is Body.halpe26 else COCO17
        self.person_weights = PERSONS[config.model.value]

    def open_model(self) -> PoseModel:
        """Open the pose model.

        Raises:
            BackendError: its file cannot be had or is another one.
        """
        config = self._config
        path = config.path or locate(POSES[config.model.value, config.body.value])
        return SimCcModel(path, self._runtime)
