"""RTMPose (Jiang et al., arXiv 2303.07399) and DWPose (arXiv 2307.15880) as ONNX files."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl
from framework.skeletons import Skeleton

from .._persons.files import PERSON_FILES
from .config import RtmPoseConfig
from .files import PERSONS, POSES
from .wholebody import WHOLEBODY133


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    default = RtmPoseConfig()
    pose = POSES[default.model.value, default.body.value]
    return [
        StageEntry(
            name="rtmpose",
            summary="RTMPose on person boxes: 17, 26 (feet) or 133 keypoints, ONNX Runtime",
            config=RtmPoseConfig,
            factory=f"{__name__}.rtmpose:RtmPose",
            requires=(
                Module(name="onnxruntime", install="pip install onnxruntime"),
                WeightFile(name=pose.name, option="path"),
                WeightFile(name=PERSONS[default.model.value].name, option="person_path"),
            ),
            licence="Apache-2.0",
            homepage="https://github.com/open-mmlab/mmpose/tree/main/projects/rtmpose",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the weights of the pose networks and of the person detectors."""
    return [*POSES.values(), *PERSONS.values(), *PERSON_FILES]


@hookimpl
def register_skeletons() -> list[Skeleton]:
    """Return DWPose's skeleton."""
    return [WHOLEBODY133]
