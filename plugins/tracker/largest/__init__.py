"""Takes the largest person of each frame, without recognising anybody."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import LargestConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="largest",
            summary="the largest person of each frame; may jump from one person to another",
            config=LargestConfig,
            factory=f"{__name__}.largest:Largest",
        )
    ]
