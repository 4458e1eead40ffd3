"""Options of ``detector=torchvision``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class TorchvisionConfig(Options):
    """Options; scores are 0..1."""

    path: Path | None = option(None, "weights of your own; null fetches torchvision's")
    detection_threshold: float = option(0.7, "lowest score of a person", low=0, high=1)
    max_people: int = option(20, "most people in a frame", low=1)
    score_threshold: float = option(
        0.88,
        "score from which a keypoint counts as seen; 0.88 is a logit of 2",
        low=0,
        high=1,
    )
    short_side_px: int = option(
        800, "shorter side that frames are scaled to; smaller is faster", low=64
    )
