"""How tall the people of a clip are: as adults are, as the lifter says, and on one floor.

The picture does not tell a small person who is near from a tall one far away. What is known
beforehand is how tall adults are, and of people in view together that they stand on one floor:
whoever is taken for too tall is put too far away, and so too deep under the floor of the others.
That tells sizes relative to each other, and the mean of several people is nearer to that of all
adults than one person is.
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

from .._fit.observations import SURE_M, Observations
from .._fit.stature import stature

ADULT_M = 1.70
"""Mean height of women and men: between that of the world and that of Europe and North America.

NCD Risk Factor Collaboration, A century of trends in adult human height, eLife 5, 2016.
"""
ADULT_SPREAD = 0.055
"""Standard deviation of the logarithm of heights, women and men together: 9 cm."""
LIFTED_SPREAD = 0.10
"""The same of a lifter's error: 0.04 with people like those it learnt from, 0.1 with others."""
FLOOR_SPREAD, FLOOR_M = 0.03, 0.02
"""How far feet are off the floor: as a share of the camera's height over it, and in metres."""
UPRIGHT_RAD = np.array([0.045, 0.02])
"""How far a lifted person's upright is from the true one, forward and sideways."""
OUTLIER = 2.0
"""What is this many standard deviations off counts half: feet in the air, people who bend."""
ELSEWHERE = 4.6
"""How unlikely it is to stand on something else than the floor (logarithm): one in a hundred."""
NEW_S = 1.0
"""Feet tell something new about so often: errors of lifters last."""
_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """One person as lifted and placed.

    Attributes:
        height_m: as lifted.
        upright: (2,) pitch and roll of the camera that the body's upright tells, radians.
        feet: (F, 3) metres in camera space, the lower foot wherever both were seen.
        weight: (F,) how much of something new each row of them tells, 0..1.
    """

    height_m: float
    upright: Array
    feet: Array
    weight: Array

    @classmethod
    def of(cls, seen: Observations, root: Array, skeleton: Skeleton) -> Standing:
        """Look at the body and the feet.

        Args:
            seen: at least one row.
            root: (T, 3) where the root is.
            skeleton: of the joints; with legs, trunk and head.
        """
        ankles = [skeleton.index("left_ankle"), skeleton.index("right_ankle")]
        trunk = seen.joints[:, skeleton.index("thorax")] - seen.joints[:, ankles].mean(axis=1)
        lengths = np.linalg.norm(trunk, axis=1, keepdims=True)
        upright = _angles(np.median(trunk / np.maximum(lengths, 1e-6), axis=0))
        shown = (seen.seen[:, ankles] & (seen.doubts[:, ankles] <= SURE_M)).all(axis=1)
        rows = np.flatnonzero(shown)
        rows = rows[:: max(1, -(-len(rows) // _MOST_ROWS))]
        feet = root[rows, None] + seen.joints[rows][:, ankles]
        lower = (feet @ _up(upright)).argmin(axis=1)
        return cls(
            height_m=stature(seen.joints, skeleton),
            upright=upright,
            feet=feet[np.arange(len(rows)), lower],
            weight=_news(seen.time_s[rows]),
        )


def heights(people: Sequence[Standing], valid: Bools) -> Array:
    """Find how tall everybody is.

    Args:
        people: N of them, before a camera that may turn but does not rise or tip much.
        valid: (N, T) when they are in view.

    Returns:
        (N,) metres.
    """
    found = np.empty(len(people))
    for group in _in_view_together(valid):
        found[group] = _on_one_floor([people[person] for person in group])
    return found


def _in_view_together(valid: Bools) -> Iterator[Ints]:
    """Places of people who are, or are through others, in view at the same time."""
    rows = valid.astype(np.float32)
    count, group = connected_components(rows @ rows.T > 0, directed=False)
    for number in range(count):
        yield np.flatnonzero(group == number)


def _on_one_floor(people: Sequence[Standing]) -> Array:
    """(N,) heights of people who share a floor, but for who rather stands on something else."""
    elsewhere = np.zeros(len(people), bool)
    found, cost = _fitted(people, elsewhere)
    while (~elsewhere).sum() > 1:
        trials = [elsewhere | (np.arange(len(people)) == one) for one in np.flatnonzero(~elsewhere)]
        answers = [_fitted(people, trial) for trial in trials]
        least = int(np.argmin([each for _, each in answers]))
        if answers[least][1] + ELSEWHERE >= cost:
            break
        elsewhere, (found, cost) = trials[least], answers[least]
    return found


def _fitted(people: Sequence[Standing], elsewhere: Bools) -> tuple[Array, float]:
    """(N,) heights by least squares, and how unlikely the best of them are (logarithm).

    Unknown are how the camera is pitched and rolled, the logarithms of its height over the ankles
    of who stands on the floor, and of who is elsewhere, and those of the factors between lifted and
    true heights.
    """
    count = len(people)
    lifted = np.array([person.height_m for person in people])
    weights = np.array([ADULT_SPREAD, LIFTED_SPREAD]) ** -2
    beforehand = weights[0] / weights.sum() * np.log(ADULT_M / lifted)
    whose = np.repeat(np.arange(count), [len(person.feet) for person in people])
    if not len(whose):
        return np.asarray(lifted * np.exp(beforehand)), 0.0
    feet = np.concatenate([person.feet for person in people])
    weight = np.sqrt(np.concatenate([person.weight for person in people]))
    uprights = np.stack([person.upright for person in people])
    level = np.median(uprights, axis=0)
    below = -feet @ _up(level)
    over = max(float(np.median(below)), 0.3)
    floor = np.where(elsewhere, np.cumsum(elsewhere), 0)[whose]

    def errors(unknown: Array) -> Array:
        turn, factors, cameras = unknown[:2], unknown[2 : 2 + count], unknown[2 + count :]
        # As a share of the height, or the floor would fit best with everybody small.
        off = np.exp(factors[whose] - cameras[floor]) * (-feet @ _up(turn)) - 1
        known = (factors - beforehand) * np.sqrt(weights.sum())
        leaning = ((uprights - turn) / UPRIGHT_RAD).ravel()
        return np.concatenate([weight * _cauchy(off / spread), known, _cauchy(leaning)])

    spread = float(np.hypot(FLOOR_SPREAD, FLOOR_M / over))
    heights_over = [
        max(float(np.median(below[floor == each])), 0.3) if (floor == each).any() else over
        for each in range(int(elsewhere.sum()) + 1)
    ]
    start = np.concatenate([level, beforehand, np.log(heights_over)])
    found = least_squares(errors, start)
    return np.asarray(lifted * np.exp(found.x[2 : 2 + count])), float(found.cost)


def _cauchy(error: Array) -> Array:
    """What has half the square of Cauchy's loss, so that outliers count little."""
    return np.asarray(np.sign(error) * OUTLIER * np.sqrt(np.log1p((error / OUTLIER) ** 2)))


def _up(turn: Array) -> Array:
    """(3,) upwards, in the axes of a camera of this pitch and roll."""
    pitch, roll = turn
    level = np.cos(roll)
    return np.array([np.sin(roll), -np.cos(pitch) * level, -np.sin(pitch) * level])


def _angles(up: Array) -> Array:
    """The inverse of `_up`, of a vector of any length."""
    return np.array([np.arctan2(-up[2], -up[1]), np.arctan2(up[0], np.hypot(up[1], up[2]))])


def _news(time_s: Times) -> Array:
    """(F,) how much of something new each row tells: rows within `NEW_S` share."""
    step_s = np.diff(time_s, append=time_s[-1:] + NEW_S)
    return np.minimum(step_s / NEW_S, 1)
