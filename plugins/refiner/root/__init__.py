"""Places people in camera space."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import RootConfig


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Offer ``refiner=[root]``."""
    return [
        StageEntry(
            name="root",
            summary="positions of people in camera space, from pose and 2D",
            config=RootConfig,
            factory=f"{__name__}.root:Root",
        )
    ]
