"""Poses that agree with the picture, with each other and with the lifter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.focal import FocalLength, focal_length
from framework.geometry.camera import Array, view
from framework.skeletons import Skeleton
from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .._fit.observations import Observations, observe
from .._fit.placement import place
from .._fit.windows import windows
from .config import ConsistentConfig
from .fit import Body, fit


class Consistent(Refiner):
    """Fits all rows of a person by least squares; fills `Pose3D.root` too.

    The terms and their weights are in `fit`. `Pose3D.joint_sigmas` stays the lifter's: it saw the same
    keypoints, so that what agrees with them now is no surer for that.
    """

    def __init__(self, config: ConsistentConfig, runtime: Runtime) -> None:
        self._config = config
        self.focal_length: FocalLength | None = None

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses fitted, root included; whose joints nobody saw stays as lifted."""
        self.focal_length = focal_length(self._config.focal, video)
        matrix = view(video.size_wh, self.focal_length.longer_sides)
        return [_fitted(pose, track, matrix) for pose, track in zip(poses, tracks, strict=True)]


def _fitted(pose: Pose3D, track: Track, matrix: Array) -> Pose3D:
    seen = observe(pose, track, matrix)
    if not seen.seen.any():
        return pose
    places = _solve(seen, pose.skeleton)
    joints, root = pose.joints.copy(), np.full((len(pose), 3), np.nan, np.float32)
    root[pose.valid] = places[:, pose.skeleton.root or 0]
    joints[pose.valid] = places - places[:, pose.skeleton.root or 0, None]
    return replace(pose, joints=joints, root=root)


def _solve(seen: Observations, skeleton: Skeleton) -> Array:
    """(T, J, 3) joints in camera space."""
    body, root, places = Body.of(seen, skeleton), place(seen), np.empty(seen.joints.shape)
    for together, kept in windows(seen.time_s):
        rows = slice(together.start + kept.start, together.start + kept.stop)
        places[rows] = fit(seen.take(together), root[together], body)[kept]
    return places
