"""2D keypoints from files that another tool, or an earlier run, wrote."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import KeypointFilesConfig


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="keypoints",
            summary="2D keypoints from files of OpenPose, AlphaPose, MMPose, ultralytics, COCO, "
            "DeepLabCut, SLEAP and others; the video is not needed",
            config=KeypointFilesConfig,
            factory=f"{__name__}.keypoints:KeypointFiles",
        )
    ]
