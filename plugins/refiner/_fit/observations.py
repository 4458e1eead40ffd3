"""2D observations of the joints of a 3D pose, with the uncertainty of both.

All uncertainties are standard deviations along one axis in metres, so that terms of a least-squares
problem can be added. An image error is an angle; it becomes metres by the distance of the person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from framework.geometry.camera import Array
from framework.scores import calibrated
from framework.types import Bools, Floats, Pose3D, Times, Track

LEAST_SIGMA_M = 0.02
"""Uncertainty of a keypoint with score 1.

Even then it lies 1 to 4 cm from the joint centre of a skeleton.
"""
THRESHOLD_SIGMA_M = 0.06
"""What is added (in squares) for a keypoint whose score is at the detector's threshold."""
# 1e-6: a score exactly at the threshold counts in spite of float32 rounding.
RELIABLE_SIGMA_M = float(np.hypot(LEAST_SIGMA_M, THRESHOLD_SIGMA_M)) + 1e-6
"""Largest uncertainty of a keypoint whose score reaches the detector's threshold."""
LIFTED_SIGMA_M = 0.06
"""Uncertainty of a lifted joint along each axis, where the lifter states none."""
CORRELATION_S = 0.3
"""Correlation time of the errors of detectors and lifters.

More frames within it hold no new information, so they share one weight. Without that, a clip at 240
frames/s would count eight times as much against the prior as the same clip at 30.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """The rows of one person that have a pose; T rows, J joints of its skeleton.

    Camera axes, metres.

    Attributes:
        time_s: (T,) seconds.
        joints: (T, J, 3) relative to the root, from the lifter.
        joint_sigmas: (T, J) their uncertainty along each axis.
        rays: (T, J, 2) x and y at depth 1 of the rays through the keypoints; 0 where not visible.
        ray_sigmas: (T, J) uncertainty of the keypoints, in metres at the person's distance.
        visible: (T, J) bool, joints with a keypoint.
        row_weight: of one row, 0..1, so that rows within `CORRELATION_S` weigh 1 together.
    """

    time_s: Times
    joints: Array
    joint_sigmas: Array
    rays: Array
    ray_sigmas: Array
    visible: Bools
    row_weight: float

    def take(self, rows: slice) -> Observations:
        """The observations of some rows."""
        return replace(
            self,
            time_s=self.time_s[rows],
            joints=self.joints[rows],
            joint_sigmas=self.joint_sigmas[rows],
            rays=self.rays[rows],
            ray_sigmas=self.ray_sigmas[rows],
            visible=self.visible[rows],
        )


def observe(pose: Pose3D, track: Track, matrix: Array) -> Observations:
    """Combine the valid rows of a pose with the keypoints of the same names.

    Args:
        pose: of one person; without ``joint_sigmas`` every joint has `LIFTED_SIGMA_M`.
        track: of the same person.
        matrix: (3, 3) intrinsics of the camera.

    Returns:
        One row per valid row of the pose.
    """
    # By name: pelvis, spine and thorax of H36M-17 have no keypoint in COCO-17 and stay unobserved.
    shared = [name for name in pose.skeleton.joints if name in track.skeleton.joints]
    joints = [pose.skeleton.index(name) for name in shared]
    points = [track.skeleton.index(name) for name in shared]
    rows, shape = pose.valid, (int(pose.valid.sum()), len(pose.skeleton.joints))
    # Unobserved joints get an uncertainty of 1: weights divide by it before they are dropped.
    rays, ray_sigmas, visible = np.zeros((*shape, 2)), np.ones(shape), np.zeros(shape, bool)
    keypoints = (track.keypoints[rows][:, points] - matrix[:2, 2]) / matrix[0, 0]
    scores = track.keypoint_scores[rows][:, points]
    visible[:, joints] = np.isfinite(keypoints).all(axis=-1) & (scores > 0)
    rays[:, joints] = np.where(visible[:, joints, None], keypoints, 0)
    ray_sigmas[:, joints] = keypoint_uncertainty(scores, track.score_threshold)
    joint_sigmas = (
        np.full(shape, LIFTED_SIGMA_M) if pose.joint_sigmas is None else pose.joint_sigmas[rows]
    )
    time_s = track.time_s[rows]
    # The median, so that gaps do not count as a low frame rate.
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else CORRELATION_S
    return Observations(
        time_s=time_s,
        joints=pose.joints[rows].astype(np.float64),
        # A lifter that states (nearly) 0 would make the normal equations singular.
        joint_sigmas=np.maximum(joint_sigmas.astype(np.float64), 1e-3),
        rays=rays,
        ray_sigmas=ray_sigmas,
        visible=visible,
        row_weight=min(1.0, step_s / CORRELATION_S),
    )


def keypoint_uncertainty(scores: Floats, threshold: float) -> Array:
    """Uncertainty of keypoints, in metres at the person's distance.

    Scores have another scale with each detector, so they are first mapped such that its threshold
    is 0.5. From there to 1 the uncertainty falls from `RELIABLE_SIGMA_M` to `LEAST_SIGMA_M`; below,
    it grows quickly. The curve is a choice of this project; no paper states one.

    Args:
        scores: (...), as the detector gives them, above 0.
        threshold: the score from which the detector counts a joint as visible.

    Returns:
        (...) standard deviation along each axis.
    """
    known = np.minimum(calibrated(scores, threshold), 0.999).astype(np.float64)
    return np.hypot(LEAST_SIGMA_M, THRESHOLD_SIGMA_M * ((1 - known) / known) ** (2 / 3))
