"""A plan of footsteps, and the feet over time that follow it.

All other parts of the body follow the feet, so that these neither slide on the floor nor sink into
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework.lab.sample.body import SIDES, BodyDimensions

Array: TypeAlias = NDArray[np.float64]

SWING = 0.8
"""Share of the period of a step in which the foot is in the air; then both feet stand."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Stand still."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Walk:
    """Walk along arcs, one after the other, and stop with the feet side by side.

    Attributes:
        arcs: pairs of length in metres and change of heading in degrees (left is positive).
        step_m: approximate length of a step.
        period_s: time from one step to the next.
    """

    arcs: tuple[tuple[float, float], ...]
    step_m: float = 0.6
    period_s: float = 0.52


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn on the spot by small steps; left is positive."""

    degrees: float
    period_s: float = 0.42


Act: TypeAlias = Stand | Walk | Turn


@dataclass(frozen=True, slots=True)
class Step:
    """One foot moves to another place.

    Attributes:
        side: 0 left, 1 right.
        lift_s, land_s: when it leaves and when it touches the floor.
        xy: position below the ankle, metres.
        yaw: heading of the foot, radians.
    """

    side: int
    lift_s: float
    land_s: float
    xy: tuple[float, float]
    yaw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feet:
    """Both feet at T times, left and right.

    Attributes:
        xy: (T, 2, 2) the point below the ankle of the flat foot.
        yaw: (T, 2) radians. pitch: (T, 2) radians, heel up is positive.
        lift: (T, 2) metres.
    """

    xy: Array
    yaw: Array
    pitch: Array
    lift: Array


def ease(share: Array) -> Array:
    """From 0 to 1 with velocity and acceleration 0 at both ends (Perlin's smootherstep)."""
    x = np.clip(share, 0, 1)
    return np.asarray(x**3 * (x * (6 * x - 15) + 10))


def plan(
    start_xy: tuple[float, float], heading: float, acts: Sequence[Act], body: BodyDimensions
) -> list[Step]:
    """Footsteps of several acts in a row, from standing at a position with a heading (radians)."""
    steps: list[Step] = []
    place, yaw, clock = np.array(start_xy, float), heading, 0.0
    for act in acts:
        if isinstance(act, Stand):
            clock += act.seconds
            continue
        places, yaws, period = _track(place, yaw, act)
        for number, (goal, turned) in enumerate(zip(places, yaws, strict=True)):
            # Turning left begins with the left foot, so that the feet do not cross.
            side = (number + int(yaws[-1] < yaw)) % 2
            steps.append(
                Step(side, clock, clock + SWING * period, _print(goal, turned, side, body), turned)
            )
            clock += period
        place, yaw = places[-1], yaws[-1]
    return steps


def _print(place: Array, yaw: float, side: int, body: BodyDimensions) -> tuple[float, float]:
    """The position of a foot beside the middle of the body."""
    aside = SIDES[side] * 0.95 * body.hip * body.size
    return float(place[0] - np.sin(yaw) * aside), float(place[1] + np.cos(yaw) * aside)


def _track(place: Array, yaw: float, act: Walk | Turn) -> tuple[list[Array], list[float], float]:
    """Middle of the body and heading for every step of an act; the feet end side by side."""
    if isinstance(act, Turn):
        # Steps of about 40 degrees, each by both feet.
        count = max(1, round(abs(act.degrees) / 40))
        yaws = yaw + np.radians(act.degrees) * np.arange(1, count + 1) / count
        return [place] * (2 * count), list(np.repeat(yaws, 2)), act.period_s
    # Metres and degrees, (A,) each.
    lengths, turns = np.array(act.arcs, float).T
    knots = np.concatenate([[0], np.cumsum(lengths)])
    headings = yaw + np.radians(np.concatenate([[0], np.cumsum(turns)]))
    # The path is integrated numerically: arcs with headings that change linearly.
    fine = np.linspace(0, knots[-1], 400)
    along = np.interp(fine, knots, headings)
    moves = np.stack([np.cos(along), np.sin(along)], -1)[:-1] * (fine[1] - fine[0])
    path = place + np.concatenate([np.zeros((1, 2)), np.cumsum(moves, 0)])
    count = max(2, round(knots[-1] / act.step_m))
    # The last step puts the second foot beside the first.
    reached = np.append(np.arange(1, count + 1) / count, 1.0) * knots[-1]
    places = [np.array([np.interp(s, fine, path[:, i]) for i in (0, 1)]) for s in reached]
    return places, list(np.interp(reached, knots, headings)), act.period_s


def follow(
    steps: Sequence[Step],
    start_xy: tuple[float, float],
    heading: float,
    body: BodyDimensions,
    times: Array,
) -> Feet:
    """Feet at times (T,) seconds: flat while they stand, rolled over the ball while they leave."""
    middle = np.array(start_xy, float)
    xy = np.empty((len(times), 2, 2))
    yaw = np.full((len(times), 2), heading)
    pitch, lift = np.zeros((2, len(times), 2))
    for side in (0, 1):
        xy[:, side] = _print(middle, heading, side, body)
    for step in steps:
        foot = step.side
        # Seconds in the air.
        swing = step.land_s - step.lift_s
        share = (times - step.lift_s) / swing
        old = xy[np.searchsorted(times, step.lift_s), foot] if step.lift_s < times[-1] else step.xy
        stride = float(np.hypot(*np.subtract(step.xy, old)))
        moved = _swing(share)[:, None]
        # ``moved`` is 0 before the step and 1 after it, so later rows keep the new place.
        xy[:, foot] += moved * (np.array(step.xy) - xy[:, foot])
        yaw[:, foot] += moved[:, 0] * (step.yaw - yaw[:, foot])
        # Long strides roll over the foot more.
        roll = min(1.0, stride / (1.2 * body.size))
        lift[:, foot] += _bump(share) * body.size * (0.05 + 0.03 * roll)
        pitch[:, foot] += roll * _rocker(times, step.lift_s, step.land_s)
    return Feet(xy=xy, yaw=yaw, pitch=pitch, lift=lift)


def _swing(share: Array) -> Array:
    """How far a foot in the air has come: nearly steadily, as it must keep up with the body."""
    x = np.clip(share, 0, 1)
    return np.asarray(0.6 * x + 0.4 * x * x * (3 - 2 * x))


def _bump(share: Array) -> Array:
    """0 up to 1 and back to 0 while ``share`` goes from 0 to 1; 0 outside."""
    return np.asarray(np.sin(np.pi * np.clip(share, 0, 1)) ** 2)


def _rocker(times: Array, lift_s: float, land_s: float) -> Array:
    """Pitch of a foot around a long step: heel rises, toes clear the floor, heel lands first."""
    swing = land_s - lift_s
    knots = np.array([lift_s - 0.24, lift_s, lift_s + 0.65 * swing, land_s, land_s + 0.13])
    angles = np.radians([0, 38, -6, -16, 0])
    leg = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, 3)
    share = ease((times - knots[leg]) / (knots[leg + 1] - knots[leg]))
    return np.asarray(angles[leg] + share * (angles[leg + 1] - angles[leg]))
