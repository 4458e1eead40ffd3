"""Settings of ``detector=mediapipe``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError

_SHARES = ("detection_threshold", "presence_threshold", "tracking_threshold", "score_threshold")


class Model(Enum):
    """Which bundle."""

    lite = "lite"
    full = "full"
    heavy = "heavy"


@dataclass(frozen=True, kw_only=True)
class MediaPipeConfig:
    """Settings; scores are 0..1."""

    model: Model = field(default=Model.full, metadata={"help": "bundle: lite, full or heavy"})
    path: Path | None = field(
        default=None, metadata={"help": "a .task bundle of your own in place of model"}
    )
    max_people: int = field(
        default=1, metadata={"help": "most people in a frame; each more costs as much again"}
    )
    detection_threshold: float = field(
        default=0.5, metadata={"help": "score from which somebody is looked at"}
    )
    presence_threshold: float = field(
        default=0.5, metadata={"help": "presence from which somebody is there"}
    )
    tracking_threshold: float = field(
        default=0.5, metadata={"help": "presence from which somebody is followed"}
    )
    score_threshold: float = field(
        default=0.5, metadata={"help": "visibility from which a keypoint counts as seen"}
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        for key in _SHARES:
            if not 0 <= getattr(self, key) <= 1:
                raise ConfigurationError(
                    f"detector.{key} must be from 0 to 1, but is {getattr(self, key)}"
                )
        if self.max_people < 1:
            raise ConfigurationError(f"detector.max_people must be 1 or more: {self.max_people}")
