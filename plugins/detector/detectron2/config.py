"""Settings of ``detector=detectron2`` and ``detector=detectron``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError

_MIN_SIDE_PX = 64
"""Below this the coarsest of the five pyramid levels is empty."""


class Model(Enum):
    """A Keypoint R-CNN of detectron2's zoo, by its backbone (with FPN, trained 3x)."""

    r50 = "r50"
    r101 = "r101"
    x101 = "x101"


@dataclass(frozen=True, kw_only=True)
class DetectronConfig:
    """What both have; box scores are 0..1."""

    checkout: Path | None = field(
        default=None,
        metadata={"help": "folder of detectron2's sources; null: the one that Python finds"},
    )
    weights: Path | None = field(
        default=None,
        metadata={"help": "pkl, pth or safetensors file; null: the published one"},
    )
    detection_threshold: float = field(
        default=0.7, metadata={"help": "score of a person box from which it counts"}
    )
    score_threshold: float = field(
        default=0.05,
        metadata={
            "help": "score from which a keypoint counts as seen; a peak of the heatmap's softmax, "
            "cut at 1, and low where others' are high"
        },
    )
    short_side_px: int = field(
        default=800,
        metadata={
            "help": "shorter side that frames are scaled to, as in training; smaller: faster"
        },
    )
    batch_size: int = field(default=2, metadata={"help": "frames looked at at once"})
    half: bool = field(default=False, metadata={"help": "backbone in half precision; needs a GPU"})

    def __post_init__(self) -> None:
        """Check ranges."""
        for key in ("detection_threshold", "score_threshold"):
            value = getattr(self, key)
            if not 0 <= value <= 1:
                raise ConfigurationError(f"detector.{key} must be from 0 to 1, but is {value}")
        if self.short_side_px < _MIN_SIDE_PX:
            raise ConfigurationError(
                f"detector.short_side_px must be {_MIN_SIDE_PX} or more: {self.short_side_px}"
            )
        if self.batch_size < 1:
            raise ConfigurationError(f"detector.batch_size must be 1 or more: {self.batch_size}")


@dataclass(frozen=True, kw_only=True)
class Detectron2Config(DetectronConfig):
    """Settings of the zoo's models."""

    model: Model = field(
        default=Model.r50,
        metadata={"help": "r50 (fastest), r101 or x101 (some tenths of a point better)"},
    )
