"""Settings of ``detector=alphapose``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from .._topdown.config import TopDownConfig


class Body(Enum):
    """Which keypoints."""

    coco17 = "coco17"
    halpe26 = "halpe26"


@dataclass(frozen=True, kw_only=True)
class AlphaPoseConfig(TopDownConfig):
    """Settings; scores are 0..1."""

    checkout: Path | None = field(
        default=None,
        metadata={"help": "folder of AlphaPose's sources; null: the one that Python finds"},
    )
    body: Body = field(
        default=Body.coco17, metadata={"help": "keypoints: coco17, or halpe26 with feet and head"}
    )
    config: Path | None = field(
        default=None,
        metadata={"help": "YAML of the network; null: AlphaPose's FastPose R-50 for that body"},
    )
    checkpoint: Path | None = field(
        default=None,
        metadata={"help": "its weights (pth); null: those that AlphaPose's model zoo offers"},
    )
