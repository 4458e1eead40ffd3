"""Joint angles from positions, with their uncertainty, and how often a motion repeats.

Angles follow the International Society of Biomechanics where it applies (Wu and others, "ISB
recommendation on definitions of joint coordinate system", parts I and II, J. Biomechanics 35, 2002,
and 38, 2005): flexion is positive, and an upright body with straight legs, flat feet and hanging
arms is zero everywhere. Joint centres do not show the axes of the recommendation, which lie on the
skin, so each angle says in `ANGLES` from which centres it is measured. Body parts have ISB's axes:
x forwards, y up, z to the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from framework.geometry.camera import Array
from framework.geometry.rotations import unit
from framework.skeletons import Skeleton
from framework.types import Bools, Floats, Pose3D, Track

DETECTOR_SIGMA_M = 0.027
"""Uncertainty of a detector's own 3D points along each axis, from which ankles are measured: with
this, 68 % of the errors of BlazePose's ankles on the sample clip lie within a sigma."""
_Y_UP = np.array([1.0, -1.0, -1.0])
"""Turns camera axes, which have y down and z forwards."""
_STEP_M = 1e-4
"""Joints are moved by this much to see how an angle changes with them."""
_CUT_RAD = np.radians(-120.0)
"""Angles of a whole turn begin here: no hip extends so far, and a handstand is 180, not a jump."""
_TOES = ("foot_index", "big_toe")
_REPEATED = 0.4
"""A repetition moves there and back by at least this share of the range of motion,"""
_LEAST_DEG = 15.0
"""and by at least this angle, beyond the sway of a standing person,"""
_LEAST_SIGMAS = 2.5
"""and by so many sigmas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Angle:
    """What an angle is.

    Attributes:
        joint: the joint that it belongs to, "knee".
        motion: what is measured there, "flexion".
        side: "left", "right" or "".
        points: names of the K points that it is measured from.
        measure: the angle (...) in radians of points (..., K, 3) with y up.
        calibration: factor of its propagated sigma, see `measured`.
    """

    joint: str
    motion: str
    side: str
    points: tuple[str, ...]
    measure: Callable[[Array], Array]
    calibration: float = 1.0

    @property
    def name(self) -> str:
        """Such as ``left_knee_flexion``."""
        return "_".join(part for part in (self.side, self.joint, self.motion) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """An angle of one person over time.

    Attributes:
        angle: what it is.
        degrees: (T,), NaN where it is not known.
        sigmas: (T,) its standard deviation in degrees, NaN where none is stated.
    """

    angle: Angle
    degrees: Array
    sigmas: Array


_TRUNK = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")


def _bend(points: Array) -> Array:
    """At the middle of three points, from the straight line; never negative."""
    return _between(points[..., 1, :] - points[..., 0, :], points[..., 2, :] - points[..., 1, :])


def _thigh_flexion(points: Array) -> Array:
    """Of hip and knee in the plane of the trunk that divides left from right."""
    thigh = points[..., 1, :] - points[..., 0, :]
    forwards, up, _ = _trunk_axes(points[..., 2:, :])
    return _turn(_dot(thigh, forwards), -_dot(thigh, up))


def _thigh_to_right(points: Array) -> Array:
    """Of hip and knee, out of the plane of the trunk that divides left from right."""
    *_, right = _trunk_axes(points[..., 2:, :])
    return _out_of(points[..., 1, :] - points[..., 0, :], right)


def _thigh_to_left(points: Array) -> Array:
    return -_thigh_to_right(points)


def _arm_elevation(points: Array) -> Array:
    """Of shoulder and elbow from the line down the trunk."""
    return _between(points[..., 1, :] - points[..., 0, :], -_trunk_line(points[..., 2:, :]))


def _lean_forwards(points: Array) -> Array:
    """Of the trunk from the vertical, where the hips face."""
    line = _trunk_line(points)
    # Forwards is up cross right, so it is level.
    forwards = unit(np.cross([0.0, 1.0, 0.0], points[..., 1, :] - points[..., 0, :]))
    return _turn(_dot(line, forwards), line[..., 1])


def _lean_to_right(points: Array) -> Array:
    """Of the trunk from the vertical, to the right of the hips."""
    right = unit((points[..., 1, :] - points[..., 0, :]) * [1.0, 0.0, 1.0])
    return _out_of(_trunk_line(points), right)


def _dorsiflexion(points: Array) -> Array:
    """Of knee, ankle, heel and toe: the foot's line from across the shank, toes up is positive."""
    shank = points[..., 0, :] - points[..., 1, :]
    return np.pi / 2 - _between(shank, points[..., 3, :] - points[..., 2, :])


def _angles() -> Iterator[Angle]:
    for side, aside in (("left", _thigh_to_left), ("right", _thigh_to_right)):
        leg = tuple(f"{side}_{joint}" for joint in ("hip", "knee", "ankle"))
        arm = tuple(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist"))
        foot = (*leg[1:], f"{side}_heel", f"{side}_toe")
        thigh, upper_arm = leg[:2] + _TRUNK, arm[:2] + _TRUNK
        for joint, motion, points, measure, calibration in (
            ("hip", "flexion", thigh, _thigh_flexion, 0.95),
            ("hip", "abduction", thigh, aside, 0.61),
            ("knee", "flexion", leg, _bend, 0.57),
            ("ankle", "dorsiflexion", foot, _dorsiflexion, 1.0),
            ("shoulder", "elevation", upper_arm, _arm_elevation, 0.53),
            ("elbow", "flexion", arm, _bend, 0.52),
        ):
            yield Angle(
                joint=joint,
                motion=motion,
                side=side,
                points=points,
                measure=measure,
                calibration=calibration,
            )
    for motion, measure, calibration in (
        ("flexion", _lean_forwards, 1.22),
        ("lateral", _lean_to_right, 0.86),
    ):
        yield Angle(
            joint="trunk",
            motion=motion,
            side="",
            points=_TRUNK,
            measure=measure,
            calibration=calibration,
        )


ANGLES: tuple[Angle, ...] = tuple(_angles())
"""Every angle: of the left side, of the right side, of the trunk."""


def curves(pose: Pose3D, track: Track | None = None) -> list[Curve]:
    """All angles that a person's joints show in at least one row.

    Args:
        pose: its joints and their sigmas.
        track: the person's track; its detector's own 3D shows the ankles of a skeleton without
            feet.
    """
    body = _points_of(pose.skeleton, pose.joints, pose.joint_sigmas, pose.valid)
    feet = body if "left_heel" in body[0] or track is None else _seen_points(track, pose.valid)
    found = []
    for angle in ANGLES:
        points, sigmas = feet if angle.joint == "ankle" else body
        if all(name in points for name in angle.points):
            degrees, deviation = measured(
                angle,
                np.stack([points[name] for name in angle.points], axis=1),
                np.stack([sigmas[name] for name in angle.points], axis=1),
            )
            if np.isfinite(degrees).any():
                found.append(Curve(angle=angle, degrees=degrees, sigmas=deviation))
    return found


def measured(angle: Angle, points: Array, sigmas: Array) -> tuple[Array, Array]:
    """An angle and its uncertainty, in degrees.

    The sigma is propagated to first order: the root of the sum, over coordinates, of the squares of
    derivative times sigma. That takes errors of joints as independent, but those of neighbours are
    alike and partly cancel in an angle. `Angle.calibration` makes up for it: it was found on motion
    capture of the validation people with the noise of a detector, lifted by ``temporal``, so that
    68 and 90 % of the errors lie within 1 and 1.645 sigmas. docs/outputs.md states how well that
    holds elsewhere.

    Args:
        angle: one of `ANGLES`.
        points: (T, K, 3) metres, y up; NaN where missing.
        sigmas: (T, K) metres along each axis; NaN where not known.

    Returns:
        (T,) degrees and (T,) their standard deviation.
    """
    points = np.asarray(points, np.float64)
    variance = np.zeros(len(points))
    for point in range(points.shape[1]):
        slopes = np.zeros(len(points))
        for axis in range(3):
            step = np.zeros(points.shape[1:])
            step[point, axis] = _STEP_M
            change = angle.measure(points + step) - angle.measure(points - step)
            # Across the seam of a turn the way round is the shorter one.
            change = (change + np.pi) % (2 * np.pi) - np.pi
            slopes += (change / (2 * _STEP_M)) ** 2
        variance += slopes * sigmas[:, point] ** 2
    deviation = angle.calibration * np.sqrt(variance)
    return np.degrees(angle.measure(points)), np.degrees(deviation)


def repetitions(curve: Curve) -> int:
    """How often an angle goes there and back.

    A turning point counts once the angle has moved away from it by a threshold, so jitter and small
    movements between two repetitions do not count. The threshold is a share of the range of motion,
    but never within what noise or a standing person's sway can do.
    """
    known = np.isfinite(curve.degrees)
    if not known.any():
        return 0
    values = _without_spikes(curve.degrees[known])
    stated = curve.sigmas[np.isfinite(curve.sigmas)]
    noise = _LEAST_SIGMAS * float(np.median(stated)) if stated.size else 0.0
    threshold = max(_REPEATED * float(np.ptp(values)), _LEAST_DEG, noise)
    return _swings(values, threshold) // 2


def _swings(values: Array, threshold: float) -> int:
    """Movements between turning points that are farther apart than a threshold."""
    low = high = values[0]
    direction = count = 0
    for value in values.tolist():
        low, high = min(low, value), max(high, value)
        if direction >= 0 and value <= high - threshold:
            direction, low, count = -1, value, count + 1
        elif direction <= 0 and value >= low + threshold:
            direction, high, count = 1, value, count + 1
    return count


def _without_spikes(values: Array) -> Array:
    """Medians of three values in a row, so that one wrong frame is no movement."""
    padded = np.pad(values, 1, mode="edge")
    return np.asarray(np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0))


_Places = tuple[Mapping[str, Array], Mapping[str, Array]]
"""Points (T, 3) with y up, and their sigmas (T,), by name; a toe is called "toe"."""


def _points_of(skeleton: Skeleton, joints: Floats, sigmas: Floats | None, valid: Bools) -> _Places:
    """Joints of camera axes (T, J, 3) by name, NaN where not valid."""
    turned = _Y_UP * np.where(valid[:, None, None], joints.astype(np.float64), np.nan)
    spread = np.full(joints.shape[:2], np.nan) if sigmas is None else sigmas.astype(np.float64)
    numbers = {_plain(name): number for number, name in enumerate(skeleton.joints)}
    return (
        {name: turned[:, number] for name, number in numbers.items()},
        {name: spread[:, number] for name, number in numbers.items()},
    )


def _seen_points(track: Track, valid: Bools) -> _Places:
    """The detector's own 3D where it saw the point; nothing where it gives none."""
    if track.keypoints_3d is None:
        return {}, {}
    seen = track.keypoint_scores >= track.score_threshold
    points = np.where(seen[..., None], track.keypoints_3d, np.float32(np.nan))
    sigmas = np.full(seen.shape, DETECTOR_SIGMA_M, np.float32)
    return _points_of(track.skeleton, points, sigmas, valid)


def _plain(name: str) -> str:
    side, _, part = name.partition("_")
    return f"{side}_toe" if part in _TOES else name


def _trunk_line(points: Array) -> Array:
    """From the middle of the hips to the middle of the shoulders, of `_TRUNK` (..., 4, 3)."""
    return np.asarray(points[..., 2:, :].mean(axis=-2) - points[..., :2, :].mean(axis=-2))


def _trunk_axes(points: Array) -> tuple[Array, Array, Array]:
    """Forwards, up and right: the line of the hips exactly, that of the trunk as near as can be."""
    right = unit(points[..., 1, :] - points[..., 0, :])
    line = _trunk_line(points)
    up = unit(line - _dot(line, right)[..., None] * right)
    return np.cross(up, right), up, right


def _between(first: Array, second: Array) -> Array:
    cross = np.linalg.norm(np.cross(first, second), axis=-1)
    return np.asarray(np.arctan2(cross, _dot(first, second)))


def _out_of(line: Array, normal: Array) -> Array:
    """Angle of a line with a plane, positive on the side of its normal."""
    return np.asarray(np.arcsin(np.clip(_dot(unit(line), normal), -1, 1)))


def _turn(sine: Array, cosine: Array) -> Array:
    return np.asarray((np.arctan2(sine, cosine) - _CUT_RAD) % (2 * np.pi) + _CUT_RAD)


def _dot(first: Array, second: Array) -> Array:
    return np.asarray((first * second).sum(axis=-1))
