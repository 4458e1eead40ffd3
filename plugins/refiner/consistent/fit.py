"""The least-squares problem of one person, and Gauss-Newton steps towards its solution.

The unknowns are corrections: by how much joints move from the positions that the lifter and the
root path give. Each term depends on one joint or on the difference of two, so it is a row of an
incidence
matrix with a 3 x 3 block per frame:

- reprojection: joints lie on the rays through their keypoints, with Cauchy's loss for outliers;
- lifter: joints lie relative to the root as lifted, weighted by the lifter's ``joint_sigmas``;
- bones: bone lengths are constant over the clip;
- smoothness: corrections change slowly, as errors of lifters do. The correction is smoothed and not
  the motion, so that a quick motion of the lifter stays quick.

Terms are in units of their standard deviation (maximum likelihood), at the true times of rows. This
is bundle adjustment with known intrinsics and priors instead of other views (Triggs et al., "Bundle
adjustment: a modern synthesis", 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framework.geometry.camera import Array
from framework.geometry.smoothing import roughness, smoothest
from framework.skeletons import Skeleton
from framework.types import Ints, Times

from .._fit.observations import CORRELATION_S, Observations
from .._fit.placement import OUTLIER_SIGMAS

BONE_SIGMA_M = 0.01
"""Standard deviation of the distance of two joint centres: joints are not perfect hinges."""
STEP_S = CORRELATION_S / 3
"""Rows within this time share one correction: corrections change slowly, and it saves time."""
_ROUNDS = 4
"""Gauss-Newton steps."""
_NEAREST_M = 0.3


@dataclass(frozen=True, slots=True)
class BodyModel:
    """What does not change over a clip; E terms, J joints.

    Attributes:
        incidence: (E, J) of the terms: J reprojections, J positions relative to the root, bones.
        lengths: (bones,) metres.
        stiffness: (3 J,) weight of the roughness of each coordinate of the correction.
    """

    incidence: Array
    lengths: Array
    stiffness: Array

    @classmethod
    def of(cls, observed: Observations, skeleton: Skeleton) -> BodyModel:
        """Measure the lifted bones (median over rows), left and right averaged."""
        each, mirror = np.eye(len(skeleton.joints)), skeleton.mirror
        a, b = np.array(skeleton.bones, np.intp).reshape(-1, 2).T
        ends = observed.joints[:, a] - observed.joints[:, b]
        lengths = np.median(np.linalg.norm(ends, axis=-1), axis=0)
        numbers = {frozenset(bone): number for number, bone in enumerate(skeleton.bones)}
        # Number of the mirrored bone of each; a bone without one is its own mirror image.
        other = [
            numbers.get(frozenset((mirror[one], mirror[two])), number)
            for number, (one, two) in enumerate(skeleton.bones)
        ]
        # Chosen such that a correction that lasts for CORRELATION_S costs as much by its roughness
        # as by its size.
        # A correction c that lasts for t has a roughness of about (c / t^2)^2 t = c^2 / t^3.
        stiffness = CORRELATION_S**3 * (1 / observed.joint_sigmas**2).mean(axis=0)
        # The uncertainty of the root relative to itself has no meaning.
        stiffness[skeleton.root or 0] = np.median(stiffness)
        return cls(
            incidence=np.concatenate((each, each - each[skeleton.root or 0], each[a] - each[b])),
            lengths=(lengths + lengths[other]) / 2,
            stiffness=np.repeat(stiffness, 3),
        )


def fit(observed: Observations, root: Array, body: BodyModel) -> Array:
    """Solve for the joints.

    Args:
        observed: one person, T rows.
        root: (T, 3) initial position of the root in camera space.
        body: of the same person.

    Returns:
        (T, J, 3) joints in camera space.
    """
    count = observed.visible.shape[1]
    # G groups of rows; a correction has 3 J coordinates for each.
    starts, time_s = _groups(observed.time_s)
    rough = roughness(time_s)
    lifted = observed.joints + root[:, None]
    correction = np.zeros((len(starts), 3 * count))
    for _ in range(_ROUNDS):
        joints = lifted + _interpolated(correction, time_s, observed.time_s).reshape(lifted.shape)
        # (G, E, 3, 3) and (G, E, 3): sums over the rows of a group
        blocks, forces = (np.add.reduceat(part, starts) for part in _terms(observed, joints, body))
        information = _assembled(blocks, body.incidence).reshape(-1, 3 * count, 3 * count)
        # Common motion of all joints along the rays is nearly free; 1e-6 keeps it solvable.
        information += 1e-6 * np.eye(3 * count)
        force = (body.incidence.T @ forces).reshape(correction.shape)
        # The 1e-6 is in `pull` too, so it damps the step and does not pull corrections to 0.
        pull = (information @ correction[..., None])[..., 0] - force
        weight = observed.row_weight
        correction = smoothest(weight * information, weight * pull, rough, body.stiffness)
    return lifted + _interpolated(correction, time_s, observed.time_s).reshape(lifted.shape)


def _groups(time_s: Times) -> tuple[Ints, Times]:
    """First row and mean time of each group of rows within `STEP_S`."""
    # 1e-6: a rounded time at a multiple of `STEP_S` must not fall into the group before.
    step = np.floor((time_s - time_s[0]) / STEP_S + 1e-6)
    starts = np.flatnonzero(np.diff(step, prepend=-1))
    members = np.diff(starts, append=len(time_s))
    return starts, np.add.reduceat(time_s, starts) / members


def _interpolated(values: Array, time_s: Times, wanted_s: Times) -> Array:
    """Interpolate (G, n) values at times (G,) linearly at other times; constant outside."""
    after = np.clip(np.searchsorted(time_s, wanted_s), min(1, len(time_s) - 1), len(time_s) - 1)
    before = np.maximum(after - 1, 0)
    gap = np.where(after > before, time_s[after] - time_s[before], 1)
    part = np.clip((wanted_s - time_s[before]) / gap, 0, 1)[:, None]
    return np.asarray((1 - part) * values[before] + part * values[after])


def _assembled(blocks: Array, incidence: Array) -> Array:
    """(G, J, 3, J, 3) second derivatives by the joints from those (G, E, 3, 3) of the terms."""
    count = incidence.shape[1]
    pairs = (incidence[:, :, None] * incidence[:, None]).reshape(len(incidence), -1)
    # Sum over terms of the Kronecker products of (J, J) and (3, 3), as one matrix product.
    spread = blocks.reshape(*blocks.shape[:2], 9).swapaxes(1, 2) @ pairs
    return spread.reshape(-1, 3, 3, count, count).transpose(0, 3, 1, 4, 2)


def _terms(observed: Observations, joints: Array, body: BodyModel) -> tuple[Array, Array]:
    """(T, E, 3, 3) second and (T, E, 3) first derivatives of all terms (Gauss-Newton)."""
    count = joints.shape[1]
    apart = body.incidence @ joints
    relative, bones = apart[:, count : 2 * count], apart[:, 2 * count :]
    weight = np.broadcast_to(1 / observed.joint_sigmas[..., None] ** 2, relative.shape)
    lifted = weight[..., None] * np.eye(3), weight * (relative - observed.joints)
    length = np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-3)
    # The derivative of a length is the unit vector; Gauss-Newton neglects its curvature.
    slopes = bones / length / BONE_SIGMA_M
    stretch = length - body.lengths[:, None]
    rigid = slopes[..., None] * slopes[..., None, :], slopes * stretch / BONE_SIGMA_M
    blocks, forces = zip(_reprojection(observed, joints), lifted, rigid, strict=True)
    return np.concatenate(blocks, axis=1), np.concatenate(forces, axis=1)


def _reprojection(observed: Observations, joints: Array) -> tuple[Array, Array]:
    """The terms of the distance of joints from their rays, in metres at their depth."""
    error = joints[..., :2] - observed.rays * joints[..., 2:]
    sigmas = observed.ray_sigmas
    weight = np.where(observed.visible, 1 / sigmas**2, 0)
    weight = weight / (1 + (error**2).sum(axis=-1) / (2 * (OUTLIER_SIGMAS * sigmas) ** 2))
    slopes = np.zeros((*error.shape, 3))
    slopes[..., 0, 0] = slopes[..., 1, 1] = 1
    # The same image error is more metres at a greater depth; see placement._slopes. Without this,
    # noise would pull people towards the camera.
    slopes[..., 2] = -observed.rays - error / np.maximum(joints[..., 2:], _NEAREST_M)
    turned = weight[..., None, None] * np.swapaxes(slopes, -1, -2)
    return turned @ slopes, np.asarray((turned @ error[..., None])[..., 0])
