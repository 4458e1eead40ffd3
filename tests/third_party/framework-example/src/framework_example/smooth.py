"""A moving average over time that knows of gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .config import SmoothConfig


class Smooth(Refiner):
    """Each valid row becomes the mean of the valid rows around it."""

    def __init__(self, config: SmoothConfig, runtime: Runtime) -> None:
        self._radius = config.radius

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the same people, calmer."""
        return [self._smooth(pose) for pose in poses]

    def _smooth(self, pose: Pose3D) -> Pose3D:
        rows = np.arange(len(pose))
        near = np.abs(rows[:, None] - rows) <= self._radius
        weights = (near & pose.valid).astype(np.float32)
        weights /= weights.sum(axis=1, keepdims=True).clip(1)
        joints = np.einsum("ts,sjd->tjd", weights, np.nan_to_num(pose.joints))
        joints[~pose.valid] = np.nan
        return replace(pose, joints=joints)
