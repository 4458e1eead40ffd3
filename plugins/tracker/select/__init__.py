"""Follows the person whom the user selects."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import SelectConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="select",
            summary="one person whom you select: by position, by a point and time, or by a box",
            config=SelectConfig,
            factory=f"{__name__}.select:Select",
        )
    ]
