"""Follows all people."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import AllConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="all",
            summary="every person, each with an id that stays the same",
            config=AllConfig,
            factory=f"{__name__}.all:All",
        )
    ]
