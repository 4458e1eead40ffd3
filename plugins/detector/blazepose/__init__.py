"""BlazePose (Bazarevsky et al., arXiv 2006.10204) for several people, run with LiteRT."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .._blazepose.files import DETECTOR, LANDMARKS
from .._movenet.files import GRAPHS, WEIGHTS
from .._persons.files import YOLOX_NANO
from .config import BlazePoseConfig

_INSTALL = (
    "pip install ai-edge-litert (it has no wheel for Macs with an Intel processor: choose "
    "another detector there)"
)


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="blazepose",
            summary="BlazePose with limbs by MoveNet: 33 keypoints, 2D and 3D, several people; CPU",
            config=BlazePoseConfig,
            factory=f"{__name__}.blazepose:BlazePose",
            requires=(
                Module(name="ai_edge_litert", install=_INSTALL),
                WeightFile(name=DETECTOR.name),
                WeightFile(name=LANDMARKS["full"].name),
                Module(name="onnxruntime", install="pip install onnxruntime"),
                Module(name="onnx", install="pip install onnx"),
                WeightFile(name=GRAPHS["thunder"].name),
                WeightFile(name=WEIGHTS["thunder"].name),
            ),
            licence="Apache-2.0",
            homepage="https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the person detectors and the three landmark networks."""
    return [DETECTOR, YOLOX_NANO, *LANDMARKS.values(), *GRAPHS.values(), *WEIGHTS.values()]
