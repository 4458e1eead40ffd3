"""Takes the largest person of each frame, whoever it is."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import LargestConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="largest",
            summary="the largest person of each frame by itself; may jump from one to another",
            config=LargestConfig,
            factory=f"{__name__}.largest:Largest",
        )
    ]
