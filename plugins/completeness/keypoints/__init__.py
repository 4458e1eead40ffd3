"""Complete is who has all required joints inside the frame."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import KeypointsConfig


@hookimpl
def register_completenesses() -> list[StageEntry]:
    """Announce the filter."""
    return [
        StageEntry(
            name="keypoints",
            summary="complete is who has all required joints in the frame, few of them hidden",
            config=KeypointsConfig,
            factory=f"{__name__}.keypoints:Keypoints",
        )
    ]
