"""Counts all people as complete."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import NoCompletenessConfig


@hookimpl
def register_completenesses() -> list[StageEntry]:
    """Announce the filter."""
    return [
        StageEntry(
            name="none",
            summary="all people count as complete",
            config=NoCompletenessConfig,
            factory=f"{__name__}.none:NoCompleteness",
        )
    ]
