"""Counts everybody as complete."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import NoneConfig


@hookimpl
def register_completenesses() -> list[StageEntry]:
    """Announce the filter."""
    return [
        StageEntry(
            name="none",
            summary="everybody counts as complete",
            config=NoneConfig,
            factory=f"{__name__}.none:Everybody",
        )
    ]
