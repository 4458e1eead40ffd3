"""A low-pass filter over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.geometry.smoothing import low_pass
from framework.stages import Refiner, Runtime
from framework.types import Bools, Floats, Pose3D, Times, Track, VideoInfo

from .config import SmoothConfig


class Smooth(Refiner):
    """Smooths joints, and the root where it is known.

    The gain at frequency f is 1 / (1 + (f / cutoff)^6): nearly 1 below half the cutoff. At even
    times this equals a Butterworth filter of third order run forward and backward, hence without
    delay. It is solved as a smoothing spline instead (`framework.geometry.smoothing.low_pass`),
    which uses the true times of rows: a filter by row number would change its cutoff with the frame
    rate, and would let rows on both sides of a gap influence each other.
    """

    def __init__(self, config: SmoothConfig, runtime: Runtime) -> None:
        self._cutoff_hz = config.cutoff_hz

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses smoothed; valid rows and ``joint_sigmas`` stay as they are."""
        return [
            self._smoothed(pose, track.time_s) for pose, track in zip(poses, tracks, strict=True)
        ]

    def _smoothed(self, pose: Pose3D, time_s: Times) -> Pose3D:
        joints = self._filtered(pose.joints, pose.valid, time_s)
        root = pose.root
        if root is not None:
            root = self._filtered(root, np.asarray(np.isfinite(root).all(axis=-1)), time_s)
        return replace(pose, joints=joints, root=root)

    def _filtered(self, values: Floats, known: Bools, time_s: Times) -> Floats:
        """(T, ...) values with the rows ``known`` filtered and the others unchanged."""
        filtered = values.copy()
        # Not reshape(n, -1): with no known row, -1 cannot be inferred.
        flat = values[known].reshape(int(known.sum()), int(np.prod(values.shape[1:])))
        smooth = low_pass(flat, time_s[known], self._cutoff_hz)
        filtered[known] = smooth.reshape(values[known].shape)
        return filtered
