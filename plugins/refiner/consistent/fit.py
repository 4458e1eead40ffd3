"""The least-squares problem of one person, and Gauss-Newton steps towards its solution.

What is looked for is how far joints are moved from where the lifter and the root path put them.
Every term is about one joint or about the difference of two, so that each is a row of an incidence
matrix and a 3 x 3 block a frame:

- joints lie on the rays along which they were seen, outliers less (Cauchy's loss);
- joints lie about the root as the lifter says, as far as it is sure of that;
- bones keep their length;
- errors of a lifter last, so what is moved is moved alike from frame to frame: a quick motion
  that the lifter has is never smoothed away.

Terms are in units of their standard deviation, and true times count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framework.geometry.camera import Array
from framework.geometry.smoothing import roughness, smoothest
from framework.skeletons import Skeleton
from framework.types import Ints, Times

from .._fit.observations import MEMORY_S, Observations
from .._fit.placement import OUTLIER

BONE_M = 0.01
"""How far the distance of two joint centres departs from a constant bone."""
REUSED = 2.0
"""How much more keypoints are doubted here: the lifter has heard most of what they say."""
STEP_S = MEMORY_S / 3
"""Rows as near as this in time are moved by one set of numbers."""
_ROUNDS = 4
_NEAREST_M = 0.3


@dataclass(frozen=True, slots=True)
class Body:
    """What does not change over a clip.

    Attributes:
        incidence: (E, J) of the terms: J rays, J places about the root, and the bones.
        lengths: (bones,) metres.
        stiffness: (3 J,) of each coordinate of what is moved.
    """

    incidence: Array
    lengths: Array
    stiffness: Array

    @classmethod
    def of(cls, seen: Observations, skeleton: Skeleton) -> Body:
        """The body that the lifter saw, with the same bones left and right."""
        each, mirror = np.eye(len(skeleton.joints)), skeleton.mirror
        a, b = np.array(skeleton.bones, np.intp).reshape(-1, 2).T
        ends = seen.joints[:, a] - seen.joints[:, b]
        lengths = np.median(np.linalg.norm(ends, axis=-1), axis=0)
        numbers = {frozenset(bone): number for number, bone in enumerate(skeleton.bones)}
        other = [
            numbers.get(frozenset((mirror[one], mirror[two])), number)
            for number, (one, two) in enumerate(skeleton.bones)
        ]
        # Such that roughness counts as much as the doubt once it lasts as long as errors do.
        stiffness = MEMORY_S**3 * (1 / seen.joint_sigmas**2).mean(axis=0)
        # What a lifter says of the root about itself has no meaning.
        stiffness[skeleton.root or 0] = np.median(stiffness)
        return cls(
            incidence=np.concatenate((each, each - each[skeleton.root or 0], each[a] - each[b])),
            lengths=(lengths + lengths[other]) / 2,
            stiffness=np.repeat(stiffness, 3),
        )


def fit(seen: Observations, root: Array, body: Body) -> Array:
    """Solve for the joints.

    Args:
        seen: one person, T rows.
        root: (T, 3) where the root is, to begin with.
        body: of the person.

    Returns:
        (T, J, 3) joints in camera space.
    """
    count = seen.seen.shape[1]
    starts, time_s = _groups(seen.time_s)
    rough = roughness(time_s)
    lifted = seen.joints + root[:, None]
    moved = np.zeros((len(starts), 3 * count))
    for _ in range(_ROUNDS):
        joints = lifted + _between(moved, time_s, seen.time_s).reshape(lifted.shape)
        blocks, forces = (np.add.reduceat(part, starts) for part in _terms(seen, joints, body))
        information = _assembled(blocks, body.incidence).reshape(-1, 3 * count, 3 * count)
        information += 1e-6 * np.eye(3 * count)
        force = (body.incidence.T @ forces).reshape(moved.shape)
        pull = (information @ moved[..., None])[..., 0] - force
        moved = smoothest(seen.share * information, seen.share * pull, rough, body.stiffness)
    return lifted + _between(moved, time_s, seen.time_s).reshape(lifted.shape)


def _groups(time_s: Times) -> tuple[Ints, Times]:
    """First row and mean time of each group of rows within `STEP_S`."""
    step = np.floor((time_s - time_s[0]) / STEP_S + 1e-6)
    starts = np.flatnonzero(np.diff(step, prepend=-1))
    members = np.diff(starts, append=len(time_s))
    return starts, np.add.reduceat(time_s, starts) / members


def _between(values: Array, time_s: Times, wanted_s: Times) -> Array:
    """Read (G, n) values of times (G,) at other times, linearly."""
    after = np.clip(np.searchsorted(time_s, wanted_s), min(1, len(time_s) - 1), len(time_s) - 1)
    before = np.maximum(after - 1, 0)
    gap = np.where(after > before, time_s[after] - time_s[before], 1)
    part = np.clip((wanted_s - time_s[before]) / gap, 0, 1)[:, None]
    return np.asarray((1 - part) * values[before] + part * values[after])


def _assembled(blocks: Array, incidence: Array) -> Array:
    """(G, J, 3, J, 3) second derivatives from those (G, E, 3, 3) of the terms."""
    count = incidence.shape[1]
    pairs = (incidence[:, :, None] * incidence[:, None]).reshape(len(incidence), -1)
    spread = blocks.reshape(*blocks.shape[:2], 9).swapaxes(1, 2) @ pairs
    return spread.reshape(-1, 3, 3, count, count).transpose(0, 3, 1, 4, 2)


def _terms(seen: Observations, joints: Array, body: Body) -> tuple[Array, Array]:
    """(T, E, 3, 3) second and (T, E, 3) first derivatives of all terms (Gauss-Newton)."""
    count = joints.shape[1]
    apart = body.incidence @ joints
    relative, bones = apart[:, count : 2 * count], apart[:, 2 * count :]
    weight = np.broadcast_to(1 / seen.joint_sigmas[..., None] ** 2, relative.shape)
    lifted = weight[..., None] * np.eye(3), weight * (relative - seen.joints)
    length = np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-3)
    ways = bones / length / BONE_M
    rigid = ways[..., None] * ways[..., None, :], ways * (length - body.lengths[:, None]) / BONE_M
    blocks, forces = zip(_rays(seen, joints), lifted, rigid, strict=True)
    return np.concatenate(blocks, axis=1), np.concatenate(forces, axis=1)


def _rays(seen: Observations, joints: Array) -> tuple[Array, Array]:
    """The terms of the picture: how far joints are from their rays, in metres at their depth."""
    error = joints[..., :2] - seen.rays * joints[..., 2:]
    doubts = REUSED * seen.doubts
    weight = np.where(seen.seen, 1 / doubts**2, 0)
    weight = weight / (1 + (error**2).sum(axis=-1) / (2 * (OUTLIER * doubts) ** 2))
    slopes = np.zeros((*error.shape, 3))
    slopes[..., 0, 0] = slopes[..., 1, 1] = 1
    # The same error in the picture is larger far away: without this, depth would shrink.
    slopes[..., 2] = -seen.rays - error / np.maximum(joints[..., 2:], _NEAREST_M)
    turned = weight[..., None, None] * np.swapaxes(slopes, -1, -2)
    return turned @ slopes, np.asarray((turned @ error[..., None])[..., 0])
