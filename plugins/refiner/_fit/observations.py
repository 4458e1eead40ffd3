"""What the detector saw of the joints of a 3D pose, and how far off it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from framework.geometry.camera import Array
from framework.scores import calibrated
from framework.types import Bools, Floats, Pose3D, Times, Track

FLOOR_M = 0.02
"""A detector that is sure of a joint still puts it 1 to 4 cm from where a skeleton has it."""
DOUBTFUL_M = 0.06
"""How far off a joint may be whose score is at the detector's threshold."""
SURE_M = float(np.hypot(FLOOR_M, DOUBTFUL_M)) + 1e-6
"""Joints are this sure, or surer, from the detector's threshold on."""
LIFTED_M = 0.06
"""How far off a lifted joint may be along each axis, where the lifter does not say."""
MEMORY_S = 0.3
"""For about so long errors of detectors and lifters stay the same.

More frames in that time tell nothing new, so that their weight is shared.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """The rows of one person that have a pose; J joints of its skeleton, camera axes, metres.

    Attributes:
        time_s: (T,) seconds.
        joints: (T, J, 3) about the root, as the lifter says.
        joint_sigmas: (T, J) how far off they may be along each axis.
        rays: (T, J, 2) x and y at depth 1 of where they were seen; 0 where they were not.
        doubts: (T, J) how far off that may be, in metres at the person's distance.
        seen: (T, J) bool.
        share: of one row in what the rows within `MEMORY_S` tell together, 0..1.
    """

    time_s: Times
    joints: Array
    joint_sigmas: Array
    rays: Array
    doubts: Array
    seen: Bools
    share: float

    def take(self, rows: slice) -> Observations:
        """Some of the rows."""
        return replace(
            self,
            time_s=self.time_s[rows],
            joints=self.joints[rows],
            joint_sigmas=self.joint_sigmas[rows],
            rays=self.rays[rows],
            doubts=self.doubts[rows],
            seen=self.seen[rows],
        )


def observe(pose: Pose3D, track: Track, matrix: Array) -> Observations:
    """Bring the valid rows of a pose together with the keypoints of the same names.

    Args:
        pose: with joint_sigmas, or `LIFTED_M` for every joint.
        track: of the same person.
        matrix: (3, 3) of the camera.
    """
    known = [name for name in pose.skeleton.joints if name in track.skeleton.joints]
    joints = [pose.skeleton.index(name) for name in known]
    seen_as = [track.skeleton.index(name) for name in known]
    rows, shape = pose.valid, (int(pose.valid.sum()), len(pose.skeleton.joints))
    rays, doubts, seen = np.zeros((*shape, 2)), np.ones(shape), np.zeros(shape, bool)
    keypoints = (track.keypoints[rows][:, seen_as] - matrix[:2, 2]) / matrix[0, 0]
    scores = track.keypoint_scores[rows][:, seen_as]
    seen[:, joints] = np.isfinite(keypoints).all(axis=-1) & (scores > 0)
    rays[:, joints] = np.where(seen[:, joints, None], keypoints, 0)
    doubts[:, joints] = doubt_of(scores, track.score_threshold)
    joint_sigmas = (
        np.full(shape, LIFTED_M) if pose.joint_sigmas is None else pose.joint_sigmas[rows]
    )
    time_s = track.time_s[rows]
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else MEMORY_S
    return Observations(
        time_s=time_s,
        joints=pose.joints[rows].astype(np.float64),
        joint_sigmas=np.maximum(joint_sigmas.astype(np.float64), 1e-3),
        rays=rays,
        doubts=doubts,
        seen=seen,
        share=min(1.0, step_s / MEMORY_S),
    )


def doubt_of(scores: Floats, threshold: float) -> Array:
    """How far off keypoints may be, in metres at the person's distance.

    Scores mean something else for each detector: they are first bent so that its threshold comes to
    lie at one half. Between there and 1 the doubt falls from `DOUBTFUL_M` to `FLOOR_M`.

    Args:
        scores: (...), as the detector gives them.
        threshold: the score from which it counts a joint as seen.

    Returns:
        (...) standard deviation along each axis.
    """
    known = np.minimum(calibrated(scores, threshold), 0.999).astype(np.float64)
    return np.hypot(FLOOR_M, DOUBTFUL_M * ((1 - known) / known) ** (2 / 3))
