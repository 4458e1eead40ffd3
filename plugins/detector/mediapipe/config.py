"""Options of ``detector=mediapipe``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import Options, option


class MediaPipeModel(Enum):
    """Which bundle."""

    lite = "lite"
    full = "full"
    heavy = "heavy"


@dataclass(frozen=True, kw_only=True)
class MediaPipeConfig(Options):
    """Options; scores are 0..1."""

    model: MediaPipeModel = option(MediaPipeModel.full, "bundle: lite, full or heavy")
    path: Path | None = option(None, "a .task bundle of your own in place of model")
    max_people: int = option(
        1, "most people in a frame; each further one takes as much time again", low=1
    )
    detection_threshold: float = option(
        0.5, "lowest score of a candidate of the person detector", low=0, high=1
    )
    presence_threshold: float = option(0.5, "lowest presence of a new person", low=0, high=1)
    tracking_threshold: float = option(
        0.5, "presence below which a followed person is lost", low=0, high=1
    )
    score_threshold: float = option(
        0.5, "visibility from which a keypoint counts as seen", low=0, high=1
    )
