"""RTMO (Lu et al., arXiv 2312.07526): one network for people and their keypoints."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .config import RtmoConfig
from .files import MODELS


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="rtmo",
            summary="RTMO: people and 17 keypoints from one network, ONNX Runtime",
            config=RtmoConfig,
            factory=f"{__name__}.rtmo:Rtmo",
            requires=(
                Module(name="onnxruntime", install="pip install onnxruntime"),
                WeightFile(name=MODELS[RtmoConfig().model.value].name, option="path"),
            ),
            licence="Apache-2.0",
            homepage="https://github.com/open-mmlab/mmpose/tree/main/projects/rtmo",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the weights."""
    return list(MODELS.values())
