"""Fits the whole clip at once: picture, bones, motion and lifter in agreement."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import ConsistentConfig


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Announce the refiner."""
    return [
        StageEntry(
            name="consistent",
            summary="least squares over the whole clip: 2D, constant bones, motion, lifter",
            config=ConsistentConfig,
            factory=f"{__name__}.consistent:Consistent",
        )
    ]
