"""Joint rotations on a rig of constant bone lengths, from poses that are positions.

Files for animation hold a skeleton in a rest pose, a rotation for each joint and frame, and a
translation of the hips. Positions do not contain the rotation of a bone about itself, so it is
taken from what does: hips and chest from two axes each; thighs and upper arms from the plane in
which knee and elbow bend. Where a limb is nearly straight that plane is noise; there the rotation
passes over evenly from the bent stretch before to that after. Feet, hands and head stay as at rest
on the bone before them, since H36M-17 has no joint that would show their rotation.

World of files: metres, y up, right-handed; the camera is at the origin and looks along -z, as
cameras of glTF do. A person who faces the camera faces +z. So a point is (x, -y, -z) of a point in
camera space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from framework.errors import ConfigurationError
from framework.geometry.camera import Array
from framework.geometry.rotations import (
    about,
    angle_between,
    from_axes,
    matrices,
    quaternions,
    shortest_arc,
    slerp,
    smoothed_angles,
    unit,
)
from framework.skeletons import H36M17, map_joints
from framework.types import Pose3D, RunResult

BENT_RAD = np.radians(15.0)
"""From this bend of knee or elbow on the plane of the limb counts; the weight grows to 1 at 30."""
TWIST_TAU_S = 0.03
"""Smoothing of the rotation of limbs about themselves; at one turn back and forth a second it takes
3 % of the amplitude."""
_SAME_S = 1e-4
"""Times of a rate differ by less than this from even steps; files of a rate need no resampling."""


class Bone(NamedTuple):
    """A joint of the rig and the bone from it to its child or tip.

    Attributes:
        name: of the joint.
        parent: its number, -1 for the hips.
        joint: of H36M-17, where it is.
        tip: of H36M-17, to which its bone leads; "" for a bone that no joint shows.
        rest: direction of the bone in the rest pose.
    """

    name: str
    parent: int
    joint: str
    tip: str
    rest: tuple[float, float, float]


_DOWN, _UP, _LEFT, _RIGHT = (0.0, -1.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)
_FORWARD = (0.0, -0.35, 0.94)
# The joint "neck" of H36M-17 lies before the spine, between neck and nose, and the head above it.
_NECK, _HEAD = (0.0, 0.83, 0.56), (0.0, 0.98, -0.2)

RIG: tuple[Bone, ...] = (
    Bone("hips", -1, "pelvis", "", _UP),
    Bone("spine", 0, "pelvis", "spine", _UP),
    Bone("chest", 1, "spine", "thorax", _UP),
    Bone("neck", 2, "thorax", "neck", _NECK),
    Bone("head", 3, "neck", "head", _HEAD),
    Bone("left_shoulder", 2, "thorax", "left_shoulder", _LEFT),
    Bone("left_upper_arm", 5, "left_shoulder", "left_elbow", _LEFT),
    Bone("left_lower_arm", 6, "left_elbow", "left_wrist", _LEFT),
    Bone("left_hand", 7, "left_wrist", "", _LEFT),
    Bone("right_shoulder", 2, "thorax", "right_shoulder", _RIGHT),
    Bone("right_upper_arm", 9, "right_shoulder", "right_elbow", _RIGHT),
    Bone("right_lower_arm", 10, "right_elbow", "right_wrist", _RIGHT),
    Bone("right_hand", 11, "right_wrist", "", _RIGHT),
    Bone("left_upper_leg", 0, "left_hip", "left_knee", _DOWN),
    Bone("left_lower_leg", 13, "left_knee", "left_ankle", _DOWN),
    Bone("left_foot", 14, "left_ankle", "", _FORWARD),
    Bone("right_upper_leg", 0, "right_hip", "right_knee", _DOWN),
    Bone("right_lower_leg", 16, "right_knee", "right_ankle", _DOWN),
    Bone("right_foot", 17, "right_ankle", "", _FORWARD),
)
"""Parents before their children. The rest pose is a T: face +z, left is +x, arms level."""

_NUMBERS = {bone.name: number for number, bone in enumerate(RIG)}
_HINGES: Mapping[str, tuple[float, float, float]] = {
    "left_upper_arm": (0, -1, 0),
    "right_upper_arm": (0, 1, 0),
    "left_upper_leg": (1, 0, 0),
    "right_upper_leg": (1, 0, 0),
}
"""Axis at rest about which the next bone bends: elbows forwards, knees backwards.

It is upper bone cross lower bone, so its sign is anatomy: neither joint bends the other way.
"""
_TIPS = {"hand": 0.1, "foot": 0.14}
"""Lengths of bones without a tip, as shares of the leg's two bones: they only make it visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """One person's motion on the rig; T frames, B bones of `RIG`.

    Attributes:
        person: id of the track.
        time_s: (T,) seconds of the clip.
        offsets: (B, 3) joints relative to their parents in the rest pose, metres; 0 for the hips.
        tips: (B, 3) ends of the bones relative to their joints in the rest pose, metres.
        hips: (T, 3) position of the hips in the world, metres.
        rotations: (T, B, 3, 3) relative to the parents; those of the hips relative to the world.
        fit_m: (T, 17) distance of the joints of H36M-17 from where constant bones put them.
        filled: frames between valid ones that are interpolated.
    """

    person: int
    time_s: Array
    offsets: Array
    tips: Array
    hips: Array
    rotations: Array
    fit_m: Array
    filled: int

    def positions(self) -> Array:
        """Forward kinematics: (T, B, 3) joints in the world, metres."""
        return _forward(self.hips, self.offsets, self.rotations)[0]

    def at(self, time_s: Array) -> Animation:
        """The motion at other times (R,) within the clip: rotations by slerp, hips linearly."""
        after = np.clip(np.searchsorted(self.time_s, time_s), min(1, len(self.time_s) - 1), None)
        after = np.minimum(after, len(self.time_s) - 1)
        before = np.maximum(after - 1, 0)
        step = np.maximum(self.time_s[after] - self.time_s[before], 1e-9)
        share = np.clip((time_s - self.time_s[before]) / step, 0, 1)
        turned = quaternions(self.rotations)
        between = slerp(turned[before], turned[after], np.repeat(share[:, None], len(RIG), axis=1))
        part = share[:, None]
        return replace(
            self,
            time_s=time_s,
            hips=(1 - part) * self.hips[before] + part * self.hips[after],
            rotations=matrices(between),
            fit_m=(1 - part) * self.fit_m[before] + part * self.fit_m[after],
        )

    def evenly(self, fps: float) -> Animation:
        """The motion at even steps of a rate, from its first frame on."""
        count = int(np.floor((self.time_s[-1] - self.time_s[0]) * fps + 1e-3)) + 1
        wanted = self.time_s[0] + np.arange(count) / fps
        if count == len(self.time_s) and np.abs(wanted - self.time_s).max() < _SAME_S:
            return self
        return self.at(np.minimum(wanted, self.time_s[-1]))


def animations(result: RunResult, fps: float | None = None) -> list[Animation]:
    """Everybody's motion, from the first to the last frame with a pose; frames between are filled.

    Args:
        result: of a run, or read from its files.
        fps: frames per second wanted; None: the clip's frames.

    Raises:
        ConfigurationError: the poses lack joints of H36M-17.
    """
    found = [_animation(pose, result.time_s) for pose in result.poses if pose.valid.any()]
    return [each if fps is None else each.evenly(fps) for each in found]


def to_world(points: Array) -> Array:
    """Points (..., 3) of camera space in the world of files: y up, -z away from the camera."""
    return np.asarray(points * np.array([1.0, -1.0, -1.0]))


def _animation(pose: Pose3D, time_s: Array) -> Animation:
    joints = map_joints(pose.joints, pose.skeleton, H36M17)
    rows = np.flatnonzero(pose.valid)
    missing = np.isnan(joints[rows]).any(axis=(0, 2))
    if missing.any():
        names = ", ".join(np.array(H36M17.joints)[missing])
        raise ConfigurationError(
            f"poses of skeleton {pose.skeleton.name!r} cannot be animated: they lack {names}",
            "Animation files need the joints of H36M-17: choose a lifter that gives them.",
        )
    root = np.zeros((len(rows), 3)) if pose.root is None else pose.root[rows].astype(np.float64)
    # A root that is unknown in single rows would leave the person behind for that time.
    root = _without_nan(root, time_s[rows])
    points = to_world(joints[rows].astype(np.float64))
    found = solve(points, time_s[rows], to_world(root))
    wanted = np.arange(rows[0], rows[-1] + 1)
    filled = len(wanted) - len(rows)
    found = replace(found, person=pose.track_id, filled=filled)
    return found.at(time_s[wanted]) if filled else found


def solve(points: Array, time_s: Array, hips: Array) -> Animation:
    """Fit the rig to joints.

    Args:
        points: (T, 17, 3) H36M-17, metres, y up, relative to any origin of each row.
        time_s: (T,) rising.
        hips: (T, 3) position of the pelvis in the world.
    """
    points = points - points[:, :1]
    offsets, tips = _rest_pose(points)
    turned = _world_rotations(points, time_s, tips)
    parents = [bone.parent for bone in RIG]
    local = turned.copy()
    local[:, 1:] = np.swapaxes(turned[:, parents[1:]], -1, -2) @ turned[:, 1:]
    placed, ends = _forward(np.zeros_like(hips), offsets, local, tips)
    fit_m = np.zeros((len(points), len(H36M17.joints)))
    for number, bone in enumerate(RIG):
        for name, where in ((bone.joint, placed), (bone.tip, ends)):
            if name:
                column = H36M17.index(name)
                fit_m[:, column] = np.linalg.norm(where[:, number] - points[:, column], axis=-1)
    return Animation(
        person=0,
        time_s=np.asarray(time_s, float),
        offsets=offsets,
        tips=tips,
        hips=hips,
        rotations=local,
        fit_m=fit_m,
        filled=0,
    )


def _rest_pose(points: Array) -> tuple[Array, Array]:
    """Offsets and tips (B, 3) in the rest pose: medians over the clip, left and right averaged."""

    def length(start: str, end: str) -> float:
        ends = points[:, H36M17.index(end)] - points[:, H36M17.index(start)]
        return float(np.median(np.linalg.norm(ends, axis=-1)))

    def both(start: str, end: str) -> float:
        pairs = [
            [name.replace("left", side) for name in (start, end)] for side in ("left", "right")
        ]
        return float(np.mean([length(*pair) for pair in pairs]))

    leg = both("left_hip", "left_knee") + both("left_knee", "left_ankle")
    tips = np.zeros((len(RIG), 3))
    for number, bone in enumerate(RIG):
        names = [name.replace("right", "left") for name in (bone.joint, bone.tip)]
        size = both(*names) if bone.tip else leg * _TIPS.get(bone.name.partition("_")[2], 0.0)
        tips[number] = size * unit(np.array(bone.rest))
    offsets = np.stack([tips[bone.parent] if bone.parent >= 0 else np.zeros(3) for bone in RIG])
    hip = length("left_hip", "right_hip") / 2
    offsets[_NUMBERS["left_upper_leg"]] = hip, 0, 0
    offsets[_NUMBERS["right_upper_leg"]] = -hip, 0, 0
    return offsets, tips


def _world_rotations(points: Array, time_s: Array, tips: Array) -> Array:
    """Rotations (T, B, 3, 3) of all bones relative to the world."""
    at = {name: points[:, H36M17.index(name)] for name in H36M17.joints}
    turned = np.empty((len(points), len(RIG), 3, 3))
    for number, bone in enumerate(RIG):
        across = at["left_hip"] - at["right_hip"]
        if bone.name == "hips":
            turned[:, number] = from_axes(across, at["spine"] - at["pelvis"], "xy")
            continue
        parent = turned[:, bone.parent]
        if not bone.tip:  # no joint shows it: as at rest
            turned[:, number] = parent
            continue
        along = unit(at[bone.tip] - at[bone.joint])
        if bone.name in ("spine", "chest"):
            if bone.name == "chest":
                across = at["left_shoulder"] - at["right_shoulder"]
            turned[:, number] = from_axes(along, across, "yx")
            continue
        rest = parent @ unit(tips[number])
        turned[:, number] = shortest_arc(rest, along) @ parent
        if bone.name in _HINGES:
            lower = RIG[number + 1]
            bend = unit(at[lower.tip] - at[lower.joint])
            hinge = turned[:, number] @ np.array(_HINGES[bone.name], float)
            twist = _twist(hinge, along, bend, time_s)
            turned[:, number] = about(along, twist) @ turned[:, number]
    return turned


def _twist(hinge: Array, upper: Array, lower: Array, time_s: Array) -> Array:
    """Angles (T,) about the upper bone that bring a hinge axis into the bend of the limb."""
    plane = np.cross(upper, lower)
    bend = np.arctan2(np.linalg.norm(plane, axis=-1), (upper * lower).sum(axis=-1))
    weights = np.clip((bend - BENT_RAD) / BENT_RAD, 0, 1)
    return smoothed_angles(angle_between(hinge, plane, upper), weights, time_s, TWIST_TAU_S)


def _forward(
    hips: Array, offsets: Array, local: Array, tips: Array | None = None
) -> tuple[Array, Array]:
    """Joints (T, B, 3) and ends of the bones (T, B, 3) in the world."""
    placed, turned = np.empty((len(hips), len(RIG), 3)), np.empty_like(local)
    for number, bone in enumerate(RIG):
        if bone.parent < 0:
            placed[:, number], turned[:, number] = hips, local[:, number]
            continue
        placed[:, number] = placed[:, bone.parent] + turned[:, bone.parent] @ offsets[number]
        turned[:, number] = turned[:, bone.parent] @ local[:, number]
    ends = placed if tips is None else placed + np.einsum("tbij,bj->tbi", turned, tips)
    return placed, ends


def _without_nan(values: Array, time_s: Array) -> Array:
    """Values (T, 3) with unknown rows interpolated; zeros where all are unknown."""
    known = np.isfinite(values).all(axis=1)
    if not known.any():
        return np.zeros_like(values)
    columns: Sequence[Array] = [np.interp(time_s, time_s[known], c[known]) for c in values.T]
    return np.stack(columns, axis=1)
