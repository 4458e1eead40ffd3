"""Settings of ``detector=blazepose``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError


class Model(Enum):
    """Which landmark model."""

    lite = "lite"
    full = "full"
    heavy = "heavy"


class PersonDetector(Enum):
    """Who looks for people that are not followed yet."""

    blazepose = "blazepose"
    yolox = "yolox"


class Tiles(Enum):
    """Overlapping parts of the frame that are searched."""

    one = 1
    three = 3
    nine = 9


@dataclass(frozen=True, kw_only=True)
class BlazePoseConfig:
    """Settings; scores and presences are 0..1."""

    model: Model = field(
        default=Model.full,
        metadata={"help": "landmark model: lite (fastest), full, or heavy (3 times the time)"},
    )
    flip: bool = field(
        default=True,
        metadata={"help": "average with the mirror image: better, at twice the cost of landmarks"},
    )
    person_detector: PersonDetector = field(
        default=PersonDetector.blazepose,
        metadata={"help": "who finds people: blazepose, or yolox (for crowds; needs onnxruntime)"},
    )
    yolox_path: Path | None = field(
        default=None,
        metadata={"help": "ONNX file of a YOLOX; null fetches yolox_nano.onnx"},
    )
    tiles: Tiles = field(
        default=Tiles.nine,
        metadata={"help": "parts of the frame that blazepose searches: one, three or nine"},
    )
    redetect_s: float = field(
        default=0.3,
        metadata={"help": "seconds between searches for newcomers; 0 searches every frame"},
    )
    max_people: int = field(default=20, metadata={"help": "most people followed at once"})
    detection_threshold: float | None = field(
        default=None,
        metadata={"help": "score of a candidate; null is 0.5 for blazepose, 0.3 for yolox"},
    )
    presence_new: float = field(
        default=0.9, metadata={"help": "presence from which a candidate is a person"}
    )
    presence_followed: float = field(
        default=0.5, metadata={"help": "presence below which a followed person is lost"}
    )
    score_threshold: float = field(
        default=0.5, metadata={"help": "visibility from which a keypoint counts as seen"}
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        for key in (
            "detection_threshold",
            "presence_new",
            "presence_followed",
            "score_threshold",
        ):
            value = getattr(self, key)
            if value is not None and not 0 <= value <= 1:
                raise ConfigurationError(f"detector.{key} must be from 0 to 1, but is {value}")
        if not self.redetect_s >= 0:
            raise ConfigurationError(f"detector.redetect_s is negative: {self.redetect_s}")
        if self.max_people < 1:
            raise ConfigurationError(f"detector.max_people must be 1 or more: {self.max_people}")
