"""Settings of ``detector=torchvision``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from framework.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class TorchvisionConfig:
    """Settings; scores are 0..1."""

    path: Path | None = field(
        default=None, metadata={"help": "weights of your own; null fetches torchvision's"}
    )
    detection_threshold: float = field(
        default=0.7, metadata={"help": "score from which somebody is there"}
    )
    max_people: int = field(default=20, metadata={"help": "most people in a frame"})
    score_threshold: float = field(
        default=0.88,
        metadata={"help": "score from which a keypoint counts as seen; 0.88 is a logit of 2"},
    )
    short_side_px: int = field(
        default=800, metadata={"help": "the shorter side is scaled to this; less is faster"}
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
        if self.short_side_px < 64:
            raise ConfigurationError(
                f"detector.short_side_px must be 64 or more: {self.short_side_px}"
            )
