"""Settings of ``detector=rtmpose``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from .._topdown.config import TopDownConfig


class Model(Enum):
    """A pose model together with a person detector of its weight."""

    tiny = "tiny"
    lightweight = "lightweight"
    balanced = "balanced"
    performance = "performance"


class Body(Enum):
    """Which keypoints."""

    coco17 = "coco17"
    halpe26 = "halpe26"


@dataclass(frozen=True, kw_only=True)
class RtmPoseConfig(TopDownConfig):
    """Settings; scores are 0..1."""

    model: Model = field(
        default=Model.balanced,
        metadata={"help": "RTMPose and YOLOX: tiny (t, nano), lightweight (s, tiny), balanced "
                          "(m, m) or performance (x, x)"},
    )  # fmt: skip
    body: Body = field(
        default=Body.coco17, metadata={"help": "keypoints: coco17, or halpe26 with feet and head"}
    )
    path: Path | None = field(
        default=None,
        metadata={"help": "an ONNX file of RTMPose or DWPose in place of model and body"},
    )
