"""A refiner that changes nothing."""

from __future__ import annotations

from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .config import NoRefinerConfig


class NoRefiner(Refiner):
    """Returns every pose as it is."""

    def __init__(self, config: NoRefinerConfig, runtime: Runtime) -> None:
        pass

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return ``poses`` themselves."""
        return poses
