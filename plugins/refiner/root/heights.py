"""Body heights of the people of a clip, from a prior, the lifter and a common floor.

In the image of one camera a small person who is near equals a tall one far away. Two things are
known all the same: the distribution of adult heights, and that people who are visible together
stand on one floor. A person whose height is overestimated is placed too far away, hence below the
floor of the others. That gives heights relative to each other, and the mean over several people is
nearer to the population mean than one person is. (The idea of "Single view metrology", Criminisi,
Reid and Zisserman, IJCV 2000, with people as the measure.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse.csgraph import connected_components

from framework.geometry.camera import Array
from framework.skeletons import Skeleton
from framework.types import Bools, Ints, Times

from .._fit.body_height import body_height
from .._fit.observations import RELIABLE_SIGMA_M, Observations

ADULT_M = 1.70
"""Mean height of women and men: between that of the world and that of Europe and North America.

NCD Risk Factor Collaboration, A century of trends in adult human height, eLife 5, 2016.
"""
ADULT_SPREAD = 0.055
"""Standard deviation of the logarithm of adult heights, women and men together: 9 cm."""
LIFTED_SPREAD = 0.10
"""The same of the lifter's error: 0.04 on people like those of its training, 0.1 on others."""
FLOOR_SPREAD, FLOOR_SIGMA_M = 0.03, 0.02
"""Error of the height of feet: as a share of the camera's height above them, and in metres."""
UPRIGHT_SIGMA_RAD = np.array([0.045, 0.02])
"""Error of the vertical that a lifted person indicates, forward and sideways."""
OUTLIER_SIGMAS = 2.0
"""Errors of this many standard deviations have half the weight: jumps, people who bend."""
OFF_FLOOR_COST = 4.6
"""Negative log-probability of standing on something else than the floor: one in a hundred."""
INDEPENDENT_S = 1.0
"""Feet that are nearer in time than this have correlated errors and share a weight."""
_MOST_ROWS = 100
"""At most so many rows of feet are used, to bound the time of the optimiser."""
_MOST_TRIALS = 8
"""At most so many people are tried off the floor at a time, for the same reason."""


@dataclass(frozen=True, slots=True)
class StandingPerson:
    """Measurements of one lifted and placed person; F rows.

    Attributes:
        height_m: body height as lifted.
        upright: (2,) pitch and roll of the camera, in radians, if the body is upright.
        feet: (F, 3) metres in camera space, the lower foot in rows in which both are visible.
        weight: (F,) of each of these rows, 0..1; see `INDEPENDENT_S`.
    """

    height_m: float
    upright: Array
    feet: Array
    weight: Array

    @classmethod
    def of(cls, observed: Observations, root: Array, skeleton: Skeleton) -> StandingPerson:
        """Measure the body and the feet.

        Args:
            observed: at least one row.
            root: (T, 3) metres in camera space.
            skeleton: of the joints; with legs, trunk and head.
        """
        ankles = [skeleton.index("left_ankle"), skeleton.index("right_ankle")]
        trunk = observed.joints[:, skeleton.index("thorax")]
        trunk = trunk - observed.joints[:, ankles].mean(axis=1)
        lengths = np.linalg.norm(trunk, axis=1, keepdims=True)
        upright = _angles(np.median(trunk / np.maximum(lengths, 1e-6), axis=0))
        reliable = observed.ray_sigmas[:, ankles] <= RELIABLE_SIGMA_M
        rows = np.flatnonzero((observed.visible[:, ankles] & reliable).all(axis=1))
        # Division rounded up; every n-th row, so that the whole clip is represented.
        rows = rows[:: max(1, -(-len(rows) // _MOST_ROWS))]
        feet = root[rows, None] + observed.joints[rows][:, ankles]
        # The lower one of both feet, as the other may be in the air.
        lower = (feet @ _up(upright)).argmin(axis=1)
        return cls(
            height_m=body_height(observed.joints, skeleton),
            upright=upright,
            feet=feet[np.arange(len(rows)), lower],
            weight=_row_weights(observed.time_s[rows]),
        )


def estimate_heights(people: Sequence[StandingPerson], valid: Bools) -> Array:
    """Estimate the body height of each person.

    Args:
        people: N of them, recorded by a camera that may pan but hardly rises or tilts.
        valid: (N, T) rows in which each is visible.

    Returns:
        (N,) metres.
    """
    found = np.empty(len(people))
    for group in _visible_together(valid):
        found[group] = _on_one_floor([people[person] for person in group])
    return found


def _visible_together(valid: Bools) -> Iterator[Ints]:
    """Numbers of the people of each group that is connected by common rows."""
    rows = valid.astype(np.float32)
    # (N, N) number of common rows; float32, since NumPy multiplies integers without BLAS.
    count, group = connected_components(rows @ rows.T > 0, directed=False)
    for number in range(count):
        yield np.flatnonzero(group == number)


def _on_one_floor(people: Sequence[StandingPerson]) -> Array:
    """(N,) heights of people on one floor, except for those who stand on something else.

    One person after the other is taken off the floor while that makes the whole more probable
    (greedy model selection): all subsets would be too many.
    """
    off_floor = np.zeros(len(people), bool)
    found, cost, misfit = _fitted(people, off_floor)
    # A single person left on the floor gains nothing: its height is free either way.
    while (~off_floor).sum() > 1:
        # Those whose feet fit the floor worst gain most; in a crowd the others need no trial.
        standing = np.flatnonzero(~off_floor)
        worst = np.sort(standing[np.argsort(-misfit[standing], kind="stable")[:_MOST_TRIALS]])
        trials = [off_floor | (np.arange(len(people)) == one) for one in worst]
        fits = [_fitted(people, trial) for trial in trials]
        least = int(np.argmin([each for _, each, _ in fits]))
        if fits[least][1] + OFF_FLOOR_COST >= cost:
            break
        off_floor, (found, cost, misfit) = trials[least], fits[least]
    return found


def _fitted(people: Sequence[StandingPerson], off_floor: Bools) -> tuple[Array, float, Array]:
    """(N,) heights by least squares, their negative log-likelihood, and its (N,) parts by feet.

    The unknowns: pitch and roll of the camera; the logarithms of its height above the ankles of
    people on the floor, and above those of each person off the floor; the logarithms of the factors
    between lifted and true heights.
    """
    count = len(people)
    lifted = np.array([person.height_m for person in people])
    weights = np.array([ADULT_SPREAD, LIFTED_SPREAD]) ** -2
    # Product of two normal distributions: the prior of adults and the lifter.
    prior = weights[0] / weights.sum() * np.log(ADULT_M / lifted)
    person_of_row = np.repeat(np.arange(count), [len(person.feet) for person in people])
    if not len(person_of_row):
        return np.asarray(lifted * np.exp(prior)), 0.0, np.zeros(count)
    feet = np.concatenate([person.feet for person in people])
    weight = np.sqrt(np.concatenate([person.weight for person in people]))
    uprights = np.stack([person.upright for person in people])
    level = np.median(uprights, axis=0)
    below = -feet @ _up(level)
    # At least 0.3 m, as the logarithm of a camera height needs a positive number.
    over = max(float(np.median(below)), 0.3)
    # Number of the surface under each row: 0 is the floor, 1, 2, .. one for each person off it.
    floor = np.where(off_floor, np.cumsum(off_floor), 0)[person_of_row]

    def errors(unknown: Array) -> Array:
        turn, factors, cameras = unknown[:2], unknown[2 : 2 + count], unknown[2 + count :]
        # Relative to the camera's height: in metres, the error would be least with small people.
        # A body scaled by a factor is placed at a distance scaled by it, so its feet scale too.
        off = np.exp(factors[person_of_row] - cameras[floor]) * (-feet @ _up(turn)) - 1
        size = (factors - prior) * np.sqrt(weights.sum())
        leaning = ((uprights - turn) / UPRIGHT_SIGMA_RAD).ravel()
        return np.concatenate([weight * _cauchy(off / spread), size, _cauchy(leaning)])

    spread = float(np.hypot(FLOOR_SPREAD, FLOOR_SIGMA_M / over))
    heights_over = [
        max(float(np.median(below[floor == each])), 0.3) if (floor == each).any() else over
        for each in range(int(off_floor.sum()) + 1)
    ]
    start = np.concatenate([level, prior, np.log(heights_over)])
    found = least_squares(
        errors, start, jac_sparsity=_depends(person_of_row, floor, count, len(heights_over))
    )
    misfit = np.bincount(person_of_row, found.fun[: len(person_of_row)] ** 2, minlength=count)
    # `cost` is half the sum of squares: the negative log-likelihood up to a constant.
    return np.asarray(lifted * np.exp(found.x[2 : 2 + count])), float(found.cost), misfit / 2


def _depends(person_of_row: Ints, floor: Ints, count: int, floors: int) -> Bools | None:
    """Which residual depends on which unknown; None for few people, where it saves nothing.

    A person's factor changes the rows of that person only. Derivatives by all factors then take one
    evaluation, and the time of a crowd grows with the number of people and not with its square.
    """
    if count <= _MOST_TRIALS:
        return None
    rows = len(person_of_row)
    depends = np.zeros((rows + 3 * count, 2 + count + floors), bool)
    depends[:rows, :2] = True
    depends[np.arange(rows), 2 + person_of_row] = True
    depends[np.arange(rows), 2 + count + floor] = True
    depends[rows : rows + count, 2 : 2 + count] = np.eye(count, dtype=bool)
    depends[rows + count :, :2] = True
    return depends


def _cauchy(error: Array) -> Array:
    """Residuals whose half square is Cauchy's loss, so that outliers have little weight."""
    loss = np.log1p((error / OUTLIER_SIGMAS) ** 2)
    return np.asarray(np.sign(error) * OUTLIER_SIGMAS * np.sqrt(loss))


def _up(turn: Array) -> Array:
    """(3,) the upward direction in the axes of a camera with this pitch and roll, radians.

    Not scipy's Rotation: the optimiser calls this in its inner loop, and another rounding would
    change the heights found.
    """
    pitch, roll = turn
    level = np.cos(roll)
    return np.array([np.sin(roll), -np.cos(pitch) * level, -np.sin(pitch) * level])


def _angles(up: Array) -> Array:
    """(2,) pitch and roll: the inverse of `_up`, for a vector of any length."""
    return np.array([np.arctan2(-up[2], -up[1]), np.arctan2(up[0], np.hypot(up[1], up[2]))])


def _row_weights(time_s: Times) -> Array:
    """(F,) weight of each row: rows within `INDEPENDENT_S` weigh 1 together."""
    # The last row has no next one and gets full weight.
    step_s = np.diff(time_s, append=time_s[-1:] + INDEPENDENT_S)
    return np.minimum(step_s / INDEPENDENT_S, 1)
