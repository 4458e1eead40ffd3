"""A flat relief: the picture's skeleton stood up in metres, without depth."""

from __future__ import annotations

import numpy as np

from framework.skeletons import H36M17, map_joints
from framework.stages import Lifter, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .config import ReliefConfig


class Relief(Lifter):
    """Scales every row so that head to ankles is the height that was asked for."""

    def __init__(self, config: ReliefConfig, runtime: Runtime) -> None:
        self._height_m = config.height_m

    def lift(self, tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return one pose per track."""
        return [self._pose(track) for track in tracks]

    def _pose(self, track: Track) -> Pose3D:
        points = map_joints(track.keypoints, track.skeleton, H36M17)
        points = points - points[:, :1]
        ankles = points[:, [H36M17.index("left_ankle"), H36M17.index("right_ankle")], 1]
        height_px = ankles.mean(axis=1) - points[:, H36M17.index("head"), 1]
        height_px = np.maximum(height_px, 1)[:, None, None]
        joints = np.pad(points / height_px * self._height_m, ((0, 0), (0, 0), (0, 1)))
        valid = track.present & np.isfinite(joints).all(axis=(1, 2))
        joints[~valid] = np.nan
        return Pose3D(
            track_id=track.id, skeleton=H36M17, joints=joints.astype(np.float32), valid=valid
        )
