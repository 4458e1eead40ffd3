"""The poses of the lifter and nothing else."""

from __future__ import annotations

from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .config import NoneConfig


class LiftedPoses(Refiner):
    """Hands every pose on."""

    def __init__(self, config: NoneConfig, runtime: Runtime) -> None:
        pass

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses themselves."""
        return poses
