"""Options of the mot exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class MotConfig(Options):
    """How OpenSim's motion files are written."""

    fps: float | None = option(
        None, "frames per second; null: the frames of the clip", above=0, high=1000
    )
