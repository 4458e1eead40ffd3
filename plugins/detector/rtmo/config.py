"""Options of ``detector=rtmo``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import Options, option


class RtmoModel(Enum):
    """Which size."""

    lightweight = "lightweight"
    balanced = "balanced"
    performance = "performance"


@dataclass(frozen=True, kw_only=True)
class RtmoConfig(Options):
    """Options; scores are 0..1."""

    model: RtmoModel = option(
        RtmoModel.balanced, "lightweight (s), balanced (m) or performance (l)"
    )
    path: Path | None = option(None, "an ONNX file of RTMO in place of model")
    detection_threshold: float = option(0.3, "lowest score of a person", low=0, high=1)
    max_people: int = option(20, "most people in a frame", low=1)
    score_threshold: float = option(
        0.3, "score from which a keypoint counts as seen", low=0, high=1
    )
