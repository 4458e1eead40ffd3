"""Options of the vrma exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class VrmaConfig(Options):
    """How VRM animations are written."""

    fps: float | None = option(
        None, "frames per second; null: those of the clip", above=0, high=1000
    )
