"""Everybody in one world with a floor, from poses in camera axes.

World: metres, y up, right-handed, the floor at y = 0; the camera stands above the origin and looks
along -z, downwards by its tilt. Shapes: N people, T rows, K joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import minimum_filter1d

from framework.animation import to_world
from framework.geometry.camera import Array
from framework.types import Bools, Floats, RunResult, Times, Track

_ANKLE_M = 0.05
"""The lowest joints, the ankles, are about this far above the soles."""
_SPACING_M = 1.25
"""Between people whose place is unknown: outstretched arms rarely touch."""
_STANDS_S = 1.0
"""Within this time, longer than a jump, a foot was on the floor."""
_DEPTH_M = 1.0
"""A floor that people used over less depth than this shows no slope."""
_STEP_M = 0.35
"""Feet that stay so far below the floor of most stand on a lower one, which is then the floor."""
_LEAST = 0.1
"""Who stands in fewer of the rows than this share of anybody's does not lower the floor."""
_STEEPEST = np.tan(np.radians(40.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The poses of all people in one world.

    Attributes:
        joints: (N, T, K, 3) metres relative to the root; NaN where there is no valid pose.
        roots: (N, T, 3) metres, where the roots are; NaN where there is no valid pose.
        tilt_rad: by which the camera looks down.
        height_m: of the camera above the floor.
        has_places: whether it is known where people are; else they are side by side.
    """

    joints: Array
    roots: Array
    tilt_rad: float
    height_m: float
    has_places: bool

    def described(self) -> dict[str, Any]:
        """Camera and extent for the page, plain JSON types."""
        low, high = self._extent()
        return {
            "has_places": self.has_places,
            "tilt_rad": round(self.tilt_rad, 5),
            "camera_height_m": round(self.height_m, 4),
            "low": [round(float(value), 3) for value in low],
            "high": [round(float(value), 3) for value in high],
        }

    def _extent(self) -> tuple[Array, Array]:
        """Corners of the box in which people are, without single bad frames."""
        points = (self.joints + self.roots[:, :, None]).reshape(-1, 3)
        points = points[np.isfinite(points).all(axis=1)]
        if not len(points):
            return np.array([-0.8, 0.0, -4.8]), np.array([0.8, 1.75, -3.2])
        low, high = np.percentile(points, [2, 98], axis=0)
        return low, high


def placed(result: RunResult) -> Scene:
    """Put everybody on one floor, where they were or side by side where that is unknown."""
    poses = result.poses
    if not poses:
        rows = len(result.time_s)
        nothing, nowhere = np.zeros((0, rows, 0, 3)), np.zeros((0, rows, 3))
        return Scene(joints=nothing, roots=nowhere, tilt_rad=0.0, height_m=1.0, has_places=False)
    usable = np.stack([pose.valid & np.isfinite(pose.joints).all((1, 2)) for pose in poses])
    joints = to_world(np.stack([pose.joints for pose in poses]).astype(np.float64))
    joints[~usable] = np.nan
    roots = np.stack([_root(pose.root, rows) for pose, rows in zip(poses, usable, strict=True)])
    if not np.isfinite(roots).any():
        roots = _side_by_side(result.tracks, joints)
        return Scene(joints=joints, roots=roots, tilt_rad=0.0, height_m=1.0, has_places=False)
    roots = to_world(roots)
    roots[usable & np.isnan(roots).any(-1)] = np.nanmedian(roots.reshape(-1, 3), axis=0)
    slope, height = _floor(joints, roots, result.time_s)
    tilt = float(np.arctan(slope))
    turn = _about_x(tilt)
    # The floor is y = height - slope * z, so its distance from the camera is across the slope.
    above = -height * float(np.cos(tilt)) + _ANKLE_M
    return Scene(
        joints=joints @ turn.T,
        roots=roots @ turn.T + [0.0, above, 0.0],
        tilt_rad=tilt,
        height_m=above,
        has_places=True,
    )


def _root(root: Floats | None, usable: Bools) -> Array:
    """(T, 3) of one person in camera axes; unknown rows of a known path are interpolated."""
    path = np.full((len(usable), 3), np.nan)
    if root is None:
        return path
    known = usable & np.isfinite(root).all(-1)
    if known.any():
        rows = np.flatnonzero(known)
        columns = [np.interp(np.flatnonzero(usable), rows, root[rows, axis]) for axis in range(3)]
        path[usable] = np.stack(columns, axis=1)
    return path


def _floor(joints: Array, roots: Array, time_s: Times) -> tuple[float, float]:
    """Slope and height of the floor y = height - slope * z, from feet that stand on it.

    The camera's tilt shows only where people stand at several distances; the slope is then what
    most feet agree on. Nobody is left below the floor: others may stand on something.
    """
    feet = joints + roots[:, :, None]
    lowest = np.where(np.isfinite(feet[..., 1]), feet[..., 1], np.inf).min(-1)
    away = -roots[..., 2]
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0
    near = minimum_filter1d(lowest, 2 * int(_STANDS_S / 2 / max(step_s, 1e-3)) + 1, axis=1)
    stands = np.isfinite(lowest) & (lowest <= near + 0.03)
    slope, level = _line(away[stands], lowest[stands])
    above = np.where(stands, lowest - level - slope * away, np.nan)
    counts = stands.sum(axis=1)
    found = above[counts >= max(_LEAST * counts.max(), 1)]
    lower = float(np.nanmedian(found, axis=1).min())
    return slope, level + lower if lower < -_STEP_M else level


def _line(depth: Array, height: Array) -> tuple[float, float]:
    """Slope and height at 0 of the line through most points, by least absolute errors."""
    low, high = np.percentile(depth, [5, 95])
    if high - low < _DEPTH_M:
        return 0.0, float(np.median(height))
    weights = np.ones(len(depth))
    slope = level = 0.0
    for _ in range(10):
        middle, level = (float(np.average(each, weights=weights)) for each in (depth, height))
        spread = np.average((depth - middle) ** 2, weights=weights)
        slope = float(np.average((depth - middle) * (height - level), weights=weights) / spread)
        slope = float(np.clip(slope, 0.0, _STEEPEST))
        level -= slope * middle
        weights = 1 / np.maximum(np.abs(height - level - slope * depth), 0.02)
    return slope, level


def _about_x(angle: float) -> Array:
    """Makes a floor level that rises by this angle away from the camera."""
    sin, cos = np.sin(angle), np.cos(angle)
    return np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]])


def _side_by_side(tracks: tuple[Track, ...], joints: Array) -> Array:
    """(N, T, 3) roots in a line, people from left to right, the lowest joint on the floor."""
    order = np.argsort(np.argsort([_middle(track) for track in tracks], kind="stable"))
    roots = np.zeros((*joints.shape[:2], 3))
    roots[..., 0] = ((order - (len(tracks) - 1) / 2) * _SPACING_M)[:, None]
    roots[..., 1] = _ANKLE_M - joints[..., 1].min(-1)
    roots[..., 2] = -4.0
    roots[np.isnan(joints).any((2, 3))] = np.nan
    return roots


def _middle(track: Track) -> float:
    """Where a person is in the image, from left to right."""
    edges = track.boxes[:, ::2]
    known = edges[np.isfinite(edges)]
    return float(np.median(known)) if len(known) else 0.0
