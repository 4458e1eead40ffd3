"""Options of ``detector=blazepose``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import Options, option


class BlazePoseModel(Enum):
    """Which landmark network."""

    lite = "lite"
    full = "full"
    heavy = "heavy"


class LimbNetwork(Enum):
    """Which MoveNet network corrects limb joints."""

    none = "none"
    lightning = "lightning"
    thunder = "thunder"


class BlazePosePersonDetector(Enum):
    """Which person detector finds people who are not followed yet."""

    blazepose = "blazepose"
    yolox = "yolox"


class BlazePoseTiles(Enum):
    """Number of overlapping parts of the frame that are searched; auto: more in large frames."""

    auto = None
    one = 1
    three = 3
    nine = 9


@dataclass(frozen=True, kw_only=True)
class BlazePoseConfig(Options):
    """Options; scores and presences are 0..1."""

    model: BlazePoseModel = option(
        BlazePoseModel.full, "landmark network: lite (fastest), full, or heavy (3 times the time)"
    )
    limbs: LimbNetwork = option(
        LimbNetwork.thunder,
        "MoveNet network that corrects shoulders to wrists and hips to ankles: thunder, lightning "
        "(a quarter of the time, less accurate) or none",
    )
    limbs_hz: float = option(
        10.0, "how often it runs, times a second of the clip; corrections are kept between", above=0
    )
    flip: bool = option(False, "flip test-time augmentation of the landmarks, at twice their time")
    person_detector: BlazePosePersonDetector = option(
        BlazePosePersonDetector.blazepose,
        "person detector: blazepose, or yolox (for crowds; needs onnxruntime)",
    )
    yolox_path: Path | None = option(None, "ONNX file of a YOLOX; null fetches yolox_nano.onnx")
    tiles: BlazePoseTiles = option(
        BlazePoseTiles.auto,
        "parts of the frame that blazepose searches: one, three, nine, or auto: nine, and smaller "
        "ones for small people where a side has 1600 pixels or more",
    )
    redetect_s: float = option(
        0.3, "seconds between searches for new people; 0 searches every frame", low=0
    )
    max_people: int = option(20, "most people followed at once", low=1)
    detection_threshold: float | None = option(
        None, "lowest score of a candidate; null is 0.5 for blazepose, 0.3 for yolox", low=0, high=1
    )
    presence_new: float = option(
        0.9, "lowest presence of a candidate that is a person", low=0, high=1
    )
    presence_followed: float = option(
        0.5, "presence below which a followed person is lost", low=0, high=1
    )
    score_threshold: float = option(
        0.5, "visibility from which a keypoint counts as seen", low=0, high=1
    )
