"""Follows the first complete person, the largest if there are several."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import LargestCompleteConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="largest_complete",
            summary="the first complete person, the largest if several, to the end of the clip",
            config=LargestCompleteConfig,
            factory=f"{__name__}.largest_complete:LargestComplete",
        )
    ]
