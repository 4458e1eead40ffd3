"""Scripts of motion: footsteps move a body, gestures are added to the walk.

Pelvis, trunk and arms follow the feet: the pelvis is between them as high as the legs permit, the
trunk turns against it, and each arm swings with the opposite foot, as people walk. Amplitudes are
chosen by eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from framework.lab.sample.body import SIDES, BodyDimensions, BodyPose
from framework.lab.sample.steps import Act, ease, follow, plan

Array: TypeAlias = NDArray[np.float64]

RATE = 120.0
"""Samples per second of the channels that poses are interpolated from."""

Side: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmGesture:
    """An arm leaves its swing, holds a pose and returns.

    Attributes:
        side: which arm.
        start_s, end_s: when the arm leaves the swing, and when it is back.
        flex, abduct, twist, elbow: degrees; forward, sideways, outwards about the upper arm's
            axis, and the bend of the elbow.
        beat_hz, beat_deg: frequency and amplitude of a periodic motion of the elbow, as in waving.
        ease_s: time of the transition to the pose, and of that back.
    """

    side: Side
    start_s: float
    end_s: float
    flex: float = 0.0
    abduct: float = 8.0
    twist: float = 0.0
    elbow: float = 15.0
    beat_hz: float = 0.0
    beat_deg: float = 0.0
    ease_s: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Squat:
    """Knees bend and straighten again; the arms move forward for balance."""

    start_s: float
    end_s: float
    depth_m: float = 0.34


Gesture: TypeAlias = ArmGesture | Squat


def wave(side: Side, start_s: float, end_s: float) -> ArmGesture:
    """Return the gesture of waving with the hand beside the head."""
    return ArmGesture(
        side=side,
        start_s=start_s,
        end_s=end_s,
        flex=10,
        abduct=82,
        twist=82,
        elbow=86,
        beat_hz=1.6,
        beat_deg=22,
    )


@dataclass(frozen=True, kw_only=True)
class MotionScript:
    """The motion of a person: footsteps and gestures.

    Attributes:
        start_xy: position at time 0, metres.
        heading_deg: direction that the person faces: 0 along world x, 90 along world y.
        acts: what the feet do, one act after the other; afterwards the person stands.
        gestures: gestures on top of that.
        seconds: length of the script; afterwards the last pose is held.
    """

    start_xy: tuple[float, float] = (0.0, 0.0)
    heading_deg: float = -90.0
    acts: tuple[Act, ...] = ()
    gestures: tuple[Gesture, ...] = ()
    seconds: float = 60.0

    def pose(self, body: BodyDimensions, times: Array) -> BodyPose:
        """The pose (T, ...) of a body that moves by this script, at times (T,) in seconds."""
        grid, channels = _channels(self, body)
        now = {
            name: np.apply_along_axis(lambda y: np.interp(times, grid, y), 0, values)
            for name, values in channels.items()
        }
        return _pose(now, body)


@lru_cache(maxsize=16)
def _channels(motion: MotionScript, body: BodyDimensions) -> tuple[Array, dict[str, Array]]:
    """All channels that a pose depends on, on a fine grid of time."""
    grid = np.arange(0, motion.seconds + 1 / RATE, 1 / RATE)
    heading = np.radians(motion.heading_deg)
    steps = plan(motion.start_xy, heading, motion.acts, body)
    feet = follow(steps, motion.start_xy, heading, body, grid)
    yaw = _smooth(feet.yaw.mean(1), 0.20)
    squat = sum((_squat(g, grid) for g in motion.gestures if isinstance(g, Squat)), grid * 0)
    forward = np.stack([np.cos(yaw), np.sin(yaw)], -1)
    left = np.stack([-forward[:, 1], forward[:, 0]], -1)
    # Distance of the feet along the heading: the phase of the stride.
    apart = np.einsum("ti,ti->t", feet.xy[:, 0] - feet.xy[:, 1], forward)
    # The body shifts over the standing foot while the other is lifted.
    onto = _smooth(feet.lift[:, 1] - feet.lift[:, 0], 0.10) * 0.35
    middle = _smooth(feet.xy.mean(1), 0.16) + onto[:, None] * left
    # In a squat the pelvis goes back, or the person would fall forward.
    middle = middle - (0.42 * squat)[:, None] * forward
    ankles = _ankles(feet.xy, feet.yaw, feet.pitch, feet.lift, body)
    swing = _smooth(apart, 0.05) / body.size
    channels = {
        "middle": middle,
        "yaw": yaw,
        "height": _height(middle, left, ankles, body) - squat * body.size,
        "squat": squat,
        "swing": swing,
        "look": np.clip(_ahead(yaw, 0.35) - yaw, -0.6, 0.6),
        "foot_yaw": feet.yaw,
        "foot_pitch": feet.pitch,
        "ankles": ankles.reshape(len(grid), 6),
        "arms": _arms(motion.gestures, grid, swing, squat).reshape(len(grid), 8),
    }
    return grid, channels


def _smooth(values: Array, sigma_s: float) -> Array:
    return np.asarray(gaussian_filter1d(values, sigma_s * RATE, axis=0, mode="nearest"))


def _ahead(values: Array, seconds: float) -> Array:
    """The values some seconds later, smoothed: the head turns before the body."""
    rows = np.minimum(np.arange(len(values)) + int(seconds * RATE), len(values) - 1)
    return _smooth(values[rows], 0.15)


def _window(start_s: float, end_s: float, ease_s: float, times: Array) -> Array:
    """Weight that rises from 0 to 1 after the start and falls back to 0 before the end."""
    return ease((times - start_s) / ease_s) * ease((end_s - times) / ease_s)


def _squat(squat: Squat, times: Array) -> Array:
    # Down and up take 45 % of the time each; the rest is at the bottom.
    half = 0.45 * (squat.end_s - squat.start_s)
    return squat.depth_m * _window(squat.start_s, squat.end_s, half, times)


def _ankles(xy: Array, yaw: Array, pitch: Array, lift: Array, body: BodyDimensions) -> Array:
    """(T, 2, 3) ankle centres; a foot rolls over its ball (heel up) or its heel (toes up)."""
    # (T, 2) distance of the point on the floor from the ankle, forward.
    pivot = np.where(pitch > 0, body.ball, -body.heel) * body.size
    high = body.ankle_height * body.size
    forward = pivot - pivot * np.cos(pitch) + high * np.sin(pitch)
    up = pivot * np.sin(pitch) + high * np.cos(pitch) + lift
    ahead = np.stack([np.cos(yaw), np.sin(yaw)], -1) * forward[..., None]
    return np.concatenate([xy + ahead, up[..., None]], -1)


def _height(middle: Array, left: Array, ankles: Array, body: BodyDimensions) -> Array:
    """(T,) height of the pelvis: as high as both legs permit, not quite straight, and smooth."""
    leg = 0.988 * (body.thigh + body.shin) * body.size
    aside = body.hip * body.size * np.array(SIDES)[:, None]
    # (T, 2, 2) horizontal distance of each ankle from its hip.
    away = ankles[..., :2] - (middle[:, None] + aside * left[:, None])
    highest = ankles[..., 2] + np.sqrt(np.maximum(leg**2 - (away**2).sum(-1), 0.01))
    radius = int(0.05 * RATE)
    # The minimum over the support of the filter: so the smoothed height never exceeds the limit,
    # and legs never have to be longer than they are.
    lowest = minimum_filter1d(highest.min(1), 2 * radius + 1, mode="nearest")
    return np.asarray(gaussian_filter1d(lowest, radius / 2, radius=radius, mode="nearest"))


def _arms(gestures: tuple[Gesture, ...], times: Array, swing: Array, squat: Array) -> Array:
    """(T, 2, 4) flex, abduct, twist, elbow of both arms, radians."""
    arms = np.zeros((len(times), 2, 4))
    for index, side in enumerate(SIDES):
        flex = -0.62 * side * swing + np.radians(2)
        # Arms come forward as the knees bend.
        balance = np.clip(squat / 0.3, 0, 1)
        arms[:, index, 0] = flex + balance * (np.radians(112) - flex)
        arms[:, index, 1] = np.radians(9 + 4 * balance)
        arms[:, index, 2] = np.radians(-12)
        arms[:, index, 3] = np.radians(14 + 8 * balance) + 0.55 * np.maximum(flex, 0)
    for gesture in gestures:
        if isinstance(gesture, ArmGesture):
            index = 0 if gesture.side == "left" else 1
            weight = _window(gesture.start_s, gesture.end_s, gesture.ease_s, times)
            beat = np.sin(2 * np.pi * gesture.beat_hz * (times - gesture.start_s))
            target = np.radians([gesture.flex, gesture.abduct, gesture.twist, gesture.elbow])
            goal = np.tile(target, (len(times), 1))
            goal[:, 3] += np.radians(gesture.beat_deg) * beat
            arms[:, index] += weight[:, None] * (goal - arms[:, index])
    return arms


def _turn(axis: int, angle: Array) -> Array:
    """(..., 3, 3) rotations by ``angle`` about x (0), y (1) or z (2)."""
    matrix = np.zeros((*np.shape(angle), 3, 3))
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., first, second] = -np.sin(angle)
    matrix[..., second, first] = np.sin(angle)
    return matrix


def _pose(now: dict[str, Array], body: BodyDimensions) -> BodyPose:
    """The pose of a body with bones of fixed length, from values of `_channels`."""
    yaw, swing, bend = now["yaw"], now["swing"], now["squat"]
    upright = _turn(2, yaw)
    pelvis_axes = upright @ _turn(2, -0.16 * swing) @ _turn(1, 0.03 + 0.9 * bend)
    # The trunk leans forward in walking and more in a squat.
    lean = 0.05 + 0.04 * np.abs(swing) + 1.7 * bend
    belly_axes = upright @ _turn(1, 0.6 * lean)
    chest_axes = upright @ _turn(2, 0.20 * swing) @ _turn(1, lean)
    head_axes = upright @ _turn(2, now["look"]) @ _turn(1, 0.03 + 0.25 * bend)
    pelvis = np.concatenate([now["middle"], now["height"][:, None]], -1)
    spine = pelvis + belly_axes[..., 2] * body.lumbar * body.size
    thorax = spine + chest_axes[..., 2] * body.chest * body.size
    aside = np.array(SIDES)[:, None] * np.array([0, 1.0, 0])
    drop = np.array([0, 0, -body.shoulder_drop])
    hips = pelvis[:, None] + _placed(upright @ _turn(2, -0.16 * swing), aside * body.hip, body)
    shoulders = thorax[:, None] + _placed(chest_axes, aside * body.shoulder + drop, body)
    skull = thorax + head_axes @ (np.array([0.012, 0, 0.9945 * body.neck]) * body.size)
    upper, fore = _arm_axes(now["arms"].reshape(-1, 2, 4), chest_axes)
    elbows = shoulders - upper[..., 2] * body.upper_arm * body.size
    foot_axes = _turn(2, now["foot_yaw"]) @ _turn(1, now["foot_pitch"])
    ankles = now["ankles"].reshape(-1, 2, 3)
    ahead = _turn(2, now["foot_yaw"])[..., 0] + 0.10 * np.stack(
        [side * upright[..., 1] for side in SIDES], 1
    )
    return BodyPose(
        pelvis=pelvis,
        pelvis_axes=pelvis_axes,
        spine=spine,
        thorax=thorax,
        chest_axes=chest_axes,
        skull=skull,
        head_axes=head_axes,
        shoulders=shoulders,
        elbows=elbows,
        wrists=elbows - fore[..., 2] * body.forearm * body.size,
        hand_axes=fore,
        hips=hips,
        knees=_knees(hips, ankles, ahead, body),
        ankles=ankles,
        foot_axes=foot_axes,
    )


def _placed(axes: Array, points: Array, body: BodyDimensions) -> Array:
    """Offsets (2, 3) along axes (T, 3, 3) of a body as vectors (T, 2, 3) in the world."""
    return np.asarray(np.einsum("tij,sj->tsi", axes, points * body.size))


def _arm_axes(arms: Array, chest_axes: Array) -> tuple[Array, Array]:
    """Axes (T, 2, 3, 3) of upper arms and forearms; up points towards the shoulder."""
    side = np.array(SIDES)
    flex, abduct, twist, elbow = np.moveaxis(arms, -1, 0)
    # Turns about x lift the left arm outwards for positive angles, the right arm for negative ones.
    lifted = _turn(1, -flex) @ _turn(0, side * abduct) @ _turn(2, side * twist)
    upper = chest_axes[:, None] @ lifted
    return upper, upper @ _turn(1, -elbow)


def _knees(hips: Array, ankles: Array, ahead: Array, body: BodyDimensions) -> Array:
    """Knees (T, 2, 3) of legs with bones of fixed length that bend towards ``ahead``.

    Two-bone inverse kinematics: the law of cosines gives the position of the knee along the line
    from hip to ankle, and its distance from that line.
    """
    thigh, shin = body.thigh * body.size, body.shin * body.size
    line = ankles - hips
    length = np.linalg.norm(line, axis=-1, keepdims=True)
    down = line / length
    along = (length**2 + thigh**2 - shin**2) / (2 * length)
    # The part of the direction that is orthogonal to the line from hip to ankle.
    out = ahead - (ahead * down).sum(-1, keepdims=True) * down
    out = out / np.linalg.norm(out, axis=-1, keepdims=True)
    return np.asarray(hips + along * down + np.sqrt(np.maximum(thigh**2 - along**2, 0)) * out)
