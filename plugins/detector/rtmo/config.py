"""Settings of ``detector=rtmo``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError


class Model(Enum):
    """Which size."""

    lightweight = "lightweight"
    balanced = "balanced"
    performance = "performance"


@dataclass(frozen=True, kw_only=True)
class RtmoConfig:
    """Settings; scores are 0..1."""

    model: Model = field(
        default=Model.balanced,
        metadata={"help": "lightweight (s), balanced (m) or performance (l)"},
    )
    path: Path | None = field(
        default=None, metadata={"help": "an ONNX file of RTMO in place of model"}
    )
    detection_threshold: float = field(
        default=0.3, metadata={"help": "score from which somebody is there"}
    )
    max_people: int = field(default=20, metadata={"help": "most people in a frame"})
    score_threshold: float = field(
        default=0.3, metadata={"help": "score from which a keypoint counts as seen"}
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        for key in ("detection_threshold", "score_threshold"):
            if not 0 <= getattr(self, key) <= 1:
                raise ConfigurationError(
                    f"detector.{key} must be from 0 to 1, but is {getattr(self, key)}"
                )
        if self.max_people < 1:
            raise ConfigurationError(f"detector.max_people must be 1 or more: {self.max_people}")
