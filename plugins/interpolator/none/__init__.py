"""Puts nothing between the frames."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import NoneConfig


@hookimpl
def register_interpolators() -> list[StageEntry]:
    """Announce the interpolator."""
    return [
        StageEntry(
            name="none",
            summary="the frames as they are",
            config=NoneConfig,
            factory=f"{__name__}.none:SourceFrames",
        )
    ]
