"""Options of ``detector=rtmpose``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import option

from .._topdown.config import TopDownConfig


class RtmPoseModel(Enum):
    """A pose network together with a person detector of similar size."""

    tiny = "tiny"
    lightweight = "lightweight"
    balanced = "balanced"
    performance = "performance"


class RtmPoseKeypoints(Enum):
    """Which keypoints."""

    coco17 = "coco17"
    halpe26 = "halpe26"


@dataclass(frozen=True, kw_only=True)
class RtmPoseConfig(TopDownConfig):
    """Options; scores are 0..1."""

    model: RtmPoseModel = option(
        RtmPoseModel.balanced,
        "RTMPose and YOLOX: tiny (t, nano), lightweight (s, tiny), balanced (m, m) or "
        "performance (x, x)",
    )
    body: RtmPoseKeypoints = option(
        RtmPoseKeypoints.coco17, "keypoints: coco17, or halpe26 with feet and head"
    )
    path: Path | None = option(None, "an ONNX file of RTMPose or DWPose in place of model and body")
