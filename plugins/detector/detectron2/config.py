"""Options of ``detector=detectron2`` and ``detector=detectron``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import Options, option

_MIN_SIDE_PX = 64
"""Below this the coarsest of the five pyramid levels is empty."""


class Detectron2Model(Enum):
    """A Keypoint R-CNN of detectron2's zoo, by its backbone (with FPN, trained 3x)."""

    r50 = "r50"
    r101 = "r101"
    x101 = "x101"


@dataclass(frozen=True, kw_only=True)
class DetectronConfig(Options):
    """Options of both; box scores are 0..1."""

    checkout: Path | None = option(
        None, "folder of detectron2's sources; null: the one that Python finds"
    )
    weights: Path | None = option(None, "pkl, pth or safetensors file; null: the published one")
    detection_threshold: float = option(0.7, "lowest score of a person box", low=0, high=1)
    score_threshold: float = option(
        0.05,
        "score from which a keypoint counts as seen: a peak of the heatmap's softmax, cut at 1, "
        "lower than the scores of other detectors",
        low=0,
        high=1,
    )
    short_side_px: int = option(
        800,
        "shorter side that frames are scaled to, 800 in training; smaller is faster",
        low=_MIN_SIDE_PX,
    )
    batch_size: int = option(2, "frames computed at once", low=1)
    half: bool = option(False, "backbone in half precision; needs a GPU")


@dataclass(frozen=True, kw_only=True)
class Detectron2Config(DetectronConfig):
    """Options of the zoo's models."""

    model: Detectron2Model = option(
        Detectron2Model.r50, "r50 (fastest), r101 or x101 (some tenths of a point better)"
    )
