"""People are complete when all required joints are inside the frame."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import KeypointCompletenessConfig


@hookimpl
def register_completenesses() -> list[StageEntry]:
    """Announce the filter."""
    return [
        StageEntry(
            name="keypoints",
            summary="complete: all required joints are in the frame and few of them hidden",
            config=KeypointCompletenessConfig,
            factory=f"{__name__}.keypoints:KeypointCompleteness",
        )
    ]
