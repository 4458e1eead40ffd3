"""Options of ``detector=movenet``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import option

from .._topdown.config import TopDownConfig


class MoveNetModel(Enum):
    """Which network."""

    thunder = "thunder"
    lightning = "lightning"


@dataclass(frozen=True, kw_only=True)
class MoveNetConfig(TopDownConfig):
    """Options; scores are 0..1."""

    model: MoveNetModel = option(
        MoveNetModel.thunder,
        "thunder (256 px), or lightning (192 px): a quarter of the time, less accurate",
    )
