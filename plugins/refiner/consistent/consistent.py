"""Poses that agree with the picture, with each other and with the lifter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.geometry.camera import Array
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

    The terms and their weights are in `fit`. `Pose3D.sigmas` becomes what a row by itself tells:
    less than the lifter's where a joint was well seen.
    """

    def __init__(self, config: ConsistentConfig, runtime: Runtime) -> None:
        self._config = config

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses fitted, root included; whose joints nobody saw stays as lifted."""
        return [self._fitted(pose, track, video) for pose, track in zip(poses, tracks, strict=True)]

    def _fitted(self, pose: Pose3D, track: Track, video: VideoInfo) -> Pose3D:
        seen = observe(pose, track, video.size_wh, self._config.focal)
        if not seen.seen.any():
            return pose
        places, sigmas = _solve(seen, place(seen), pose.skeleton)
        joints, root = pose.joints.copy(), np.full((len(pose), 3), np.nan, np.float32)
        doubts = np.full(joints.shape[:2], np.nan, np.float32)
        anchor = places[:, pose.skeleton.root or 0]
        joints[pose.valid] = places - anchor[:, None]
        root[pose.valid], doubts[pose.valid] = anchor, sigmas
        return replace(pose, joints=joints, root=root, sigmas=doubts)


def _solve(seen: Observations, root: Array, skeleton: Skeleton) -> tuple[Array, Array]:
    """(T, J, 3) joints in camera space and (T, J) how far off they may be about the root."""
    body = Body.of(seen.joints, skeleton)
    places, sigmas = np.empty(seen.joints.shape), np.empty(seen.sigmas.shape)
    for together, kept in windows(seen.time_s):
        joints, information = fit(seen.take(together), root[together], body)
        rows = slice(together.start + kept.start, together.start + kept.stop)
        places[rows] = joints[kept]
        sigmas[rows] = _sigmas(information[kept], skeleton.root or 0)
    return places, sigmas


def _sigmas(information: Array, root: int) -> Array:
    """(T, J) standard deviations along an axis, mean of the three, from (T, 3 J, 3 J)."""
    rows, size = information.shape[:2]
    covariance = np.linalg.inv(information + 1e-6 * np.eye(size))
    covariance = covariance.reshape(rows, size // 3, 3, size // 3, 3)
    each = np.einsum("tjaja->tj", covariance)
    shared = np.einsum("tjaa->tj", covariance[:, :, :, root])
    variance = each + each[:, root, None] - 2 * shared
    return np.asarray(np.sqrt(np.maximum(variance, 0) / 3))
