"""Follows the person that the user points at."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import SelectConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="select",
            summary="one person that you name: by place in the row, by a point and time, by a box",
            config=SelectConfig,
            factory=f"{__name__}.select:Select",
        )
    ]
