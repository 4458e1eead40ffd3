"""The detector's 3D keypoints as H36M-17 poses."""

from __future__ import annotations

import numpy as np

from framework.errors import ConfigurationError
from framework.skeletons import H36M17, map_joints
from framework.stages import Lifter, Runtime
from framework.types import Floats, Pose3D, Track, VideoInfo

from .._joints import require_joints
from .config import Detector3DConfig


class Detector3D(Lifter):
    """Maps `Track.keypoints_3d` (metres, camera axes, any origin) to H36M-17.

    Poses are in metres, camera axes, relative to the pelvis.
    """

    def __init__(self, config: Detector3DConfig, runtime: Runtime) -> None:
        """There are no options and no models."""

    def lift(self, tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return one pose per track; a row is valid where the detector gives all joints.

        Raises:
            ConfigurationError: the detector has no 3D, or its skeleton lacks a joint.
        """
        return [_pose(track, _keypoints_3d(track)) for track in tracks]


def _keypoints_3d(track: Track) -> Floats:
    """(T, J, 3) the detector's 3D, after a check that it is there and has all joints."""
    if track.keypoints_3d is None:
        raise ConfigurationError(
            f"lifter 'detector3d' needs 3D from the detector, and track {track.id} "
            f"({track.skeleton.name}) has none",
            "Use detector=blazepose, which gives 3D, or lifter=videopose3d, which lifts 2D.",
        )
    require_joints("detector3d", track.skeleton, H36M17)
    return track.keypoints_3d


def _pose(track: Track, keypoints_3d: Floats) -> Pose3D:
    joints = map_joints(keypoints_3d, track.skeleton, H36M17)
    joints -= joints[:, H36M17.root, None]
    # `Pose3D` has one flag per row, so a row with a missing joint is dropped as a whole.
    valid = track.present & np.isfinite(joints).all(axis=(1, 2))
    joints[~valid] = np.nan
    return Pose3D(track_id=track.id, skeleton=H36M17, joints=joints, valid=valid)
