"""Options of the bytetrack tracker."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import option

from .._association.config import MultiPersonConfig


@dataclass(frozen=True, kw_only=True)
class ByteTrackConfig(MultiPersonConfig):
    """Which people get a track, and ByteTrack's own options."""

    min_overlap: float = option(
        0.1, "least overlap of a box with its prediction (intersection over union)", low=0, high=1
    )
