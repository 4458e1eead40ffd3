"""The stage: RTMPose on person boxes."""

from __future__ import annotations

from framework.skeletons import COCO17, HALPE26
from framework.stages import Runtime
from framework.weights import locate

from .._topdown.following import PoseModel
from .._topdown.stage import TopDownDetector
from .config import RtmPoseConfig, RtmPoseKeypoints
from .files import PERSONS, POSES
from .simcc import SimCcModel


class RtmPose(TopDownDetector):
    """RTMPose, or another network with its outputs, on person boxes.

    Keypoint scores are the mean of the maxima along x and y, about 0..1.

    Args:
        config: options.
        runtime: device and threads.
    """

    name = "rtmpose"

    def __init__(self, config: RtmPoseConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self._config = config
        self.skeleton = HALPE26 if config.body is RtmPoseKeypoints.halpe26 else COCO17
        self.person_weights = PERSONS[config.model.value]

    def open_model(self) -> PoseModel:
        """Open the pose network.

        Raises:
            BackendError: its file is missing or of another network.
        """
        config = self._config
        path = config.path or locate(POSES[config.model.value, config.body.value])
        return SimCcModel(path, self._runtime)
