"""Fits the whole clip at once, so that 2D, bone lengths, motion and lifter agree."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import ConsistentConfig


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Offer ``refiner=[consistent]``."""
    return [
        StageEntry(
            name="consistent",
            summary="least squares over the whole clip: 2D, constant bones, motion, lifter",
            config=ConsistentConfig,
            factory=f"{__name__}.consistent:Consistent",
        )
    ]
