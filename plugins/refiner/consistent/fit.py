"""The least-squares problem of one person, and Gauss-Newton steps towards its solution.

What is looked for are the joints of all rows in camera space. Every term is about one joint or
about the difference of two, so that each is a row of an incidence matrix and a 3 x 3 block a frame:

- joints lie on the rays along which they were seen, outliers less (Cauchy's loss);
- joints lie about the root as the lifter says, as far as it is sure of that;
- bones keep their length;
- joints accelerate as those of recorded people do, at true times.

Terms are in units of their standard deviation; none is weighted otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framework.geometry.camera import Array
from framework.geometry.smoothing import roughness, smoothest
from framework.skeletons import Skeleton

from .._fit.observations import Observations
from .._fit.placement import OUTLIER

BONE_M = 0.01
"""How far the distance of two joint centres departs from a constant bone."""
_ACCELERATIONS = {"wrist": 5.4, "ankle": 3.4, "elbow": 2.5, "knee": 1.6}
_OF_OTHERS = 0.85
"""Spectral densities of acceleration, m^2/s^3: means of recorded people of all sorts."""
_ROUNDS = 5
_NEAREST_M = 0.3


@dataclass(frozen=True, slots=True)
class Body:
    """What does not change over a clip.

    Attributes:
        incidence: (E, J) of the terms: J rays, J places about the root, and the bones.
        lengths: (bones,) metres.
        stiffness: (3 J,) of the roughness of each coordinate.
    """

    incidence: Array
    lengths: Array
    stiffness: Array

    @classmethod
    def of(cls, joints: Array, skeleton: Skeleton) -> Body:
        """The body of a person, with the same bones left and right.

        Args:
            joints: (T, J, 3) as the lifter says.
            skeleton: what they are.
        """
        each = np.eye(len(skeleton.joints))
        a, b = np.array(skeleton.bones, np.intp).reshape(-1, 2).T
        lengths = np.median(np.linalg.norm(joints[:, a] - joints[:, b], axis=-1), axis=0)
        ends = {frozenset(pair): bone for bone, pair in enumerate(skeleton.bones)}
        mirror = np.array(skeleton.mirror)
        partners = [ends.get(frozenset(pair), n) for n, pair in enumerate(zip(mirror[a], mirror[b], strict=True))]
        density = [
            next((v for part, v in _ACCELERATIONS.items() if part in name), _OF_OTHERS)
            for name in skeleton.joints
        ]
        return cls(
            incidence=np.concatenate((each, each - each[skeleton.root or 0], each[a] - each[b])),
            lengths=(lengths + lengths[partners]) / 2,
            stiffness=np.repeat(1 / np.array(density), 3),
        )


def fit(seen: Observations, root: Array, body: Body) -> tuple[Array, Array]:
    """Solve for the joints.

    Args:
        seen: one person.
        root: (T, 3) where the root is, to begin with.
        body: of the person.

    Returns:
        (T, J, 3) joints in camera space; and (T, 3 J, 3 J) how well a row by itself tells them:
        the inverse of their covariance.
    """
    rows, count = seen.seen.shape
    rough = roughness(seen.time_s)
    joints = seen.joints + root[:, None]
    pairs = body.incidence[:, :, None] * body.incidence[:, None, :]
    for _ in range(_ROUNDS):
        blocks, forces = _terms(seen, joints, body)
        spread = blocks.reshape(rows, -1, 9).swapaxes(1, 2) @ pairs.reshape(len(pairs), -1)
        information = spread.reshape(rows, 3, 3, count, count).transpose(0, 3, 1, 4, 2)
        information = information.reshape(rows, 3 * count, 3 * count)
        force = (body.incidence.T @ forces).reshape(rows, -1, 1)
        pull = (information @ joints.reshape(rows, -1, 1) - force)[..., 0]
        solved = smoothest(seen.share * information, seen.share * pull, rough, body.stiffness)
        joints = solved.reshape(rows, count, 3)
    return joints, information


def _terms(seen: Observations, joints: Array, body: Body) -> tuple[Array, Array]:
    """(T, E, 3, 3) second and (T, E, 3) first derivatives of all terms (Gauss-Newton)."""
    count = joints.shape[1]
    apart = body.incidence @ joints
    along = _rays(seen, joints)
    relative = apart[:, count : 2 * count]
    weight = np.broadcast_to(1 / seen.sigmas[..., None] ** 2, relative.shape)
    lifted = weight[..., None] * np.eye(3), weight * (relative - seen.joints)
    bones = apart[:, 2 * count :]
    length = np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-3)
    ways = bones / length
    stretched = ways * (length - body.lengths[:, None]) / BONE_M**2
    rigid = ways[..., None] * ways[..., None, :] / BONE_M**2, stretched
    blocks, forces = zip(along, lifted, rigid, strict=True)
    return np.concatenate(blocks, axis=1), np.concatenate(forces, axis=1)


def _rays(seen: Observations, joints: Array) -> tuple[Array, Array]:
    """The terms of the picture: how far joints are from their rays, in metres at their depth."""
    error = joints[..., :2] - seen.rays * joints[..., 2:]
    weight = np.where(seen.seen, 1 / seen.doubts**2, 0)
    weight = weight / (1 + (error**2).sum(axis=-1) / (2 * (OUTLIER * seen.doubts) ** 2))
    slopes = np.zeros((*error.shape, 3))
    slopes[..., 0, 0] = slopes[..., 1, 1] = 1
    # The same error in the picture is larger far away: without this, depth would shrink.
    depth = np.maximum(joints[..., 2:], _NEAREST_M)
    slopes[..., 2] = -seen.rays - error / depth
    weighted = weight[..., None, None] * slopes
    blocks = np.swapaxes(weighted, -1, -2) @ slopes
    return blocks, np.asarray((np.swapaxes(weighted, -1, -2) @ error[..., None])[..., 0])
