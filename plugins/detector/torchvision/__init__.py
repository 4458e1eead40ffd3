"""Keypoint R-CNN (He et al., arXiv 1703.06870) as torchvision ships it."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .config import TorchvisionConfig
from .files import KEYPOINT_RCNN


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="torchvision",
            summary="torchvision's Keypoint R-CNN R-50-FPN: people and 17 keypoints at once",
            config=TorchvisionConfig,
            factory=f"{__name__}.keypoint_rcnn:KeypointRcnn",
            requires=(
                Module(name="torchvision", install="pip install 'framework[torchvision]'"),
                WeightFile(name=KEYPOINT_RCNN.name, option="path"),
            ),
            licence="BSD-3-Clause",
            homepage="https://docs.pytorch.org/vision/stable/models/keypoint_rcnn.html",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the weights."""
    return [KEYPOINT_RCNN]
