"""Options of ``detector=movenet``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import option

from .._persons.names import PersonDetectorName
from .._topdown.config import TopDownConfig


class MoveNetModel(Enum):
    """Which network."""

    thunder = "thunder"
    lightning = "lightning"


@dataclass(frozen=True, kw_only=True)
class MoveNetConfig(TopDownConfig):
    """Options; scores are 0..1, and lower than those of most networks.

    How the thresholds were chosen is in `docs/backends/movenet.md`.
    """

    # Its files come from the same package as MoveNet's own, and no other host has to be reached.
    person_detector: PersonDetectorName = option(
        PersonDetectorName.movenet,
        "person detector: movenet (six people at most), yolox (crowds), rtmdet, blazepose, "
        "torchvision, detectron2, or file",
    )
    score_threshold: float = option(
        0.2, "keypoint score from which a joint counts as seen", low=0, high=1
    )

    model: MoveNetModel = option(
        MoveNetModel.thunder,
        "thunder (256 px), or lightning (192 px): a quarter of the time, less accurate",
    )
