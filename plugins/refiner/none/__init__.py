"""Leaves the poses as the lifter made them."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import NoneConfig


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Announce the refiner."""
    return [
        StageEntry(
            name="none",
            summary="the poses as they are",
            config=NoneConfig,
            factory=f"{__name__}.none:LiftedPoses",
        )
    ]
