"""Removes noise over time and keeps motion."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import SmoothConfig


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Offer ``refiner=[smooth]``."""
    return [
        StageEntry(
            name="smooth",
            summary="a low-pass filter without delay, at true times",
            config=SmoothConfig,
            factory=f"{__name__}.smooth:Smooth",
        )
    ]
