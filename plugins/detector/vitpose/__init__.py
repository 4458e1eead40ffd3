"""ViTPose (Xu et al., arXiv 2204.12484) and ViTPose+ (arXiv 2212.04246) through transformers."""

from __future__ import annotations

from framework.hookspecs import HubModel, Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .._persons.files import PERSON_FILES, YOLOX_NANO
from .config import VitPoseConfig


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="vitpose",
            summary="ViTPose and ViTPose+ on person boxes: 17 keypoints, transformers",
            config=VitPoseConfig,
            factory=f"{__name__}.vitpose:VitPose",
            requires=(
                Module(name="transformers", install="pip install 'framework[vitpose]'"),
                HubModel(name=VitPoseConfig().model),
                WeightFile(name=YOLOX_NANO.name, option="person_path"),
            ),
            licence="Apache-2.0",
            homepage="https://huggingface.co/docs/transformers/model_doc/vitpose",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the weights of the person detectors; transformers fetches the pose networks."""
    return list(PERSON_FILES)
