"""No refining: the poses of the lifter."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import NoRefinerConfig


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Offer ``refiner=[none]``."""
    return [
        StageEntry(
            name="none",
            summary="the poses as the lifter gives them",
            config=NoRefinerConfig,
            factory=f"{__name__}.none:NoRefiner",
        )
    ]
