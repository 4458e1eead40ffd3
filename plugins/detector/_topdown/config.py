"""Options that every top-down backend has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from framework.options import OptionError, Options, option

from .._persons.names import PersonDetectorName


@dataclass(frozen=True, kw_only=True)
class TopDownConfig(Options):
    """Whose poses are estimated; scores are 0..1."""

    person_detector: PersonDetectorName = option(
        PersonDetectorName.yolox,
        "person detector: yolox, rtmdet, blazepose, movenet, torchvision, detectron2, or file",
    )
    person_path: Path | None = option(
        None, "its weights, or the file with boxes; null fetches published weights"
    )
    detection_threshold: float | None = option(
        None,
        "lowest score of a person box; null is 0.3, of blazepose, movenet, torchvision and "
        "detectron2 0.5",
        low=0,
        high=1,
    )
    redetect_s: float = option(
        0.3, "seconds between searches for people; 0 searches every frame", low=0
    )
    max_people: int = option(20, "most people in a frame", low=1)
    pose_threshold: float = option(
        0.3, "lowest mean score, of the better half of the joints, of a person", low=0, high=1
    )
    score_threshold: float = option(
        0.3, "keypoint score from which a joint counts as seen", low=0, high=1
    )

    def __post_init__(self) -> None:
        """Check the values by themselves, then that a file of boxes is given where needed."""
        super().__post_init__()
        if self.person_detector is PersonDetectorName.file and self.person_path is None:
            raise OptionError(
                "person_detector",
                "is file, but person_path gives no file",
                "Give the results (npz) of another run, or boxes as COCO results (json).",
            )
