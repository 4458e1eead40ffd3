"""Google's MoveNet (model cards "MoveNet.SinglePose" and "MoveNet.MultiPose", 2021)."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .._movenet.files import GRAPHS, WEIGHTS
from .._persons.files import PERSON_FILES
from .config import MoveNetConfig


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    model = MoveNetConfig().model.value
    return [
        StageEntry(
            name="movenet",
            summary="MoveNet on person boxes: 17 keypoints, ONNX Runtime",
            config=MoveNetConfig,
            factory=f"{__name__}.movenet:MoveNetPeople",
            requires=(
                Module(name="onnxruntime", install="pip install onnxruntime"),
                Module(name="onnx", install="pip install onnx"),
                WeightFile(name=GRAPHS[model].name),
                WeightFile(name=WEIGHTS[model].name),
                WeightFile(name=GRAPHS["multipose"].name, option="person_path"),
                WeightFile(name=WEIGHTS["multipose"].name, option="person_path"),
            ),
            licence="Apache-2.0",
            homepage="https://www.kaggle.com/models/google/movenet",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the weights of the pose networks and of the person detectors."""
    return [*GRAPHS.values(), *WEIGHTS.values(), *PERSON_FILES]
