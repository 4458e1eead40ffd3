"""Options of ``detector=alphapose``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import option

from .._topdown.config import TopDownConfig


class AlphaPoseKeypoints(Enum):
    """Which keypoints."""

    coco17 = "coco17"
    halpe26 = "halpe26"


@dataclass(frozen=True, kw_only=True)
class AlphaPoseConfig(TopDownConfig):
    """Options; scores are 0..1."""

    checkout: Path | None = option(
        None, "folder of AlphaPose's sources; null: the one that Python finds"
    )
    body: AlphaPoseKeypoints = option(
        AlphaPoseKeypoints.coco17, "keypoints: coco17, or halpe26 with feet and head"
    )
    config: Path | None = option(
        None, "YAML of the network; null: AlphaPose's FastPose R-50 for these keypoints"
    )
    checkpoint: Path | None = option(
        None, "its weights (pth); null: those that AlphaPose's model zoo offers"
    )
