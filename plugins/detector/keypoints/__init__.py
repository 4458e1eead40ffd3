"""People as another tool, or an earlier run, wrote them down."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import KeypointsConfig


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Announce the detector."""
    return [
        StageEntry(
            name="keypoints",
            summary="2D keypoints from a file: AlphaPose, OpenPose, COCO, VideoPose3D, our own; "
            "the video is not needed",
            config=KeypointsConfig,
            factory=f"{__name__}.keypoints:Keypoints",
        )
    ]
