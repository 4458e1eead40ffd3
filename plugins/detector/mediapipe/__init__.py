"""The PoseLandmarker of Google's own ``mediapipe`` package."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .config import MediaPipeConfig
from .files import BUNDLES


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="mediapipe",
            summary="MediaPipe's own PoseLandmarker and .task bundles: 33 keypoints with 3D",
            config=MediaPipeConfig,
            factory=f"{__name__}.pose_landmarker:PoseLandmarker",
            requires=(
                Module(name="mediapipe", install="pip install 'framework[mediapipe]'"),
                WeightFile(name=BUNDLES[MediaPipeConfig().model.value].name, option="path"),
            ),
            licence="Apache-2.0",
            homepage="https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the bundles."""
    return list(BUNDLES.values())
