"""Settings that every top-down backend has."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError

_SHARES = ("detection_threshold", "pose_threshold", "score_threshold")


class PersonDetector(Enum):
    """Who finds people."""

    yolox = "yolox"
    rtmdet = "rtmdet"
    blazepose = "blazepose"
    torchvision = "torchvision"
    detectron2 = "detectron2"
    file = "file"


@dataclass(frozen=True, kw_only=True)
class TopDownConfig:
    """Whom to look at; scores are 0..1."""

    person_detector: PersonDetector = field(
        default=PersonDetector.yolox,
        metadata={
            "help": "who finds people: yolox, rtmdet, blazepose, torchvision, detectron2, or file"
        },
    )
    person_path: Path | None = field(
        default=None,
        metadata={"help": "its weights, or the file with boxes; null fetches published weights"},
    )
    detection_threshold: float | None = field(
        default=None,
        metadata={"help": "score of a person box; null is 0.3, of blazepose and torchvision 0.5"},
    )
    redetect_s: float = field(
        default=0.3,
        metadata={"help": "seconds between searches for people; 0 searches every frame"},
    )
    max_people: int = field(default=20, metadata={"help": "most people looked at in a frame"})
    pose_threshold: float = field(
        default=0.3,
        metadata={"help": "mean score of the better half of the joints that makes a person"},
    )
    score_threshold: float = field(
        default=0.3, metadata={"help": "score from which a keypoint counts as seen"}
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        for key in _SHARES:
            value = getattr(self, key)
            if value is not None and not 0 <= value <= 1:
                raise ConfigurationError(f"detector.{key} must be from 0 to 1, but is {value}")
        if not self.redetect_s >= 0:
            raise ConfigurationError(f"detector.redetect_s is negative: {self.redetect_s}")
        if self.max_people < 1:
            raise ConfigurationError(f"detector.max_people must be 1 or more: {self.max_people}")
        if self.person_detector is PersonDetector.file and self.person_path is None:
            raise ConfigurationError(
                "detector.person_detector=file needs detector.person_path",
                "Give the results (npz) of another run, or boxes as COCO results (json).",
            )
