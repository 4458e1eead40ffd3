"""Poses that agree with the 2D, with each other and with the lifter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.focal import FocalLength, focal_length
from framework.geometry.camera import Array, view
from framework.skeletons import Skeleton
from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .._fit.observations import Observations, observe
from .._fit.placement import place_root
from .._fit.windows import windows
from .config import ConsistentConfig
from .fit import BodyModel, fit


class Consistent(Refiner):
    """Fits all rows of a person by least squares; fills `Pose3D.root` too.

    The terms and their weights are in `fit`. `Pose3D.joint_sigmas` stay the lifter's: the lifter
    used the same keypoints, so agreement with them does not reduce the uncertainty.
    """

    def __init__(self, config: ConsistentConfig, runtime: Runtime) -> None:
        self._config = config
        self.focal_length: FocalLength | None = None

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the fitted poses with their root; one without any visible joint is unchanged."""
        self.focal_length = focal_length(self._config.focal, video)
        matrix = view(video.size_wh, self.focal_length.longer_sides)
        return [_fitted(pose, track, matrix) for pose, track in zip(poses, tracks, strict=True)]


def _fitted(pose: Pose3D, track: Track, matrix: Array) -> Pose3D:
    observed = observe(pose, track, matrix)
    if not observed.visible.any():
        return pose
    positions = _solve(observed, pose.skeleton)
    joints, root = pose.joints.copy(), np.full((len(pose), 3), np.nan, np.float32)
    # A skeleton without a root is taken relative to its first joint.
    root[pose.valid] = positions[:, pose.skeleton.root or 0]
    joints[pose.valid] = positions - positions[:, pose.skeleton.root or 0, None]
    return replace(pose, joints=joints, root=root)


def _solve(observed: Observations, skeleton: Skeleton) -> Array:
    """(T, J, 3) joints in camera space."""
    body, root = BodyModel.of(observed, skeleton), place_root(observed)
    positions = np.empty(observed.joints.shape)
    # The root path is solved for the whole clip before; the windows start from it.
    for together, kept in windows(observed.time_s):
        rows = slice(together.start + kept.start, together.start + kept.stop)
        positions[rows] = fit(observed.take(together), root[together], body)[kept]
    return positions
