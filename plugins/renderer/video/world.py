"""All people of a clip in one world with a floor, from poses in camera axes.

Coordinate frames. Camera: metres, x right, y down, z away. World: metres, x right, y away, z up,
floor at z = 0, middle of the scene at (0, 0). Shapes: N people, T rows, K joints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from framework.types import Floats, Pose3D, Times, Track

from .config import Floor

ANKLE_HEIGHT_M = 0.05
"""The lowest joints, the ankles, are about this far above the soles."""
_SPACING_M = 1.25
"""Between people whose place is unknown: outstretched arms rarely touch."""
_SMOOTHING_S = 0.1
"""Standard deviation of the filter of floor heights: longer than noise, shorter than a step."""
_JUMP_S = 1.0
"""Longer than a jump takes; see `_ground`."""
_DEFAULT_RADIUS_M, _DEFAULT_HEIGHT_M = 0.8, 1.75


def world_from_camera(points: Floats, tilt_deg: float = 0.0) -> Floats:
    """Turn camera axes into world axes by a rotation, so that left and right stay.

    Args:
        points: (..., 3) metres, x right, y down, z away.
        tilt_deg: how far the camera looked down, in degrees; its tilt is undone.

    Returns:
        (..., 3) metres, x right, y away along the floor, z up.
    """
    # Not scipy's Rotation: it computes in float64, and the last bits would move drawn pixels.
    sin, cos = np.sin(np.deg2rad(tilt_deg)), np.cos(np.deg2rad(tilt_deg))
    # Where the axes of the camera point in the world; points are row vectors.
    right, down, away = (1, 0, 0), (0, -sin, -cos), (0, cos, -sin)
    return np.asarray(points @ np.array([right, down, away], np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPoses:
    """The poses of all people in world axes, for all rows.

    Attributes:
        joints: (N, T, K, 3) float32 world metres; NaN where there is no valid pose.
        radius_m: horizontal distance from the middle that the people reach, without outliers.
        height_m: height that they reach, without outliers.
    """

    joints: Floats
    radius_m: float
    height_m: float

    @classmethod
    def of(
        cls, poses: tuple[Pose3D, ...], tracks: tuple[Track, ...], *, floor: Floor, tilt_deg: float
    ) -> WorldPoses:
        """Put people on one floor: where they were, or side by side when that is unknown.

        Args:
            poses: of N people; where one has no `Pose3D.root`, see `_paths`.
            tracks: of the same people.
            floor: how the height of the floor is found.
            tilt_deg: how far the recording camera looked down.
        """
        usable = [pose.valid & np.isfinite(pose.joints).all((1, 2)) for pose in poses]
        if not any(rows.any() for rows in usable):
            empty = np.full((0, 0, 0, 3), np.nan, np.float32)
            return cls(joints=empty, radius_m=_DEFAULT_RADIUS_M, height_m=_DEFAULT_HEIGHT_M)
        # A copy: the result, which exporters write too, keeps its joints.
        camera = np.stack([p.joints for p in poses])
        camera[~np.stack(usable)] = np.nan
        world = world_from_camera(camera, tilt_deg)
        paths = _paths(poses, tilt_deg)
        world += (_side_by_side(tracks) if paths is None else paths)[:, :, None]
        heights = _floor(world, floor, tracks[0].time_s, paths is not None)
        world[..., 2] -= heights[..., None] - ANKLE_HEIGHT_M
        present = np.isfinite(world).all((-2, -1))
        radii = np.linalg.norm(world[present][..., :2], axis=-1).max(-1)
        # Not the maximum: one bad frame would make everybody small for the whole clip.
        return cls(
            joints=world,
            radius_m=float(np.percentile(radii, 97)),
            height_m=float(np.percentile(world[present][..., 2].max(-1), 97)),
        )


def _paths(poses: tuple[Pose3D, ...], tilt_deg: float) -> Floats | None:
    """(N, T, 3) world metres of the root joints about the middle of the scene; None if unknown.

    Rows without a root are interpolated from their neighbours in time; people without any root
    are placed to the right of the others.
    """
    roots = np.stack([np.full((len(p), 3), np.nan) if p.root is None else p.root for p in poses])
    known = np.isfinite(roots).all(-1) & np.stack([pose.valid for pose in poses])
    if not known.any():
        return None
    roots[~known] = np.nan
    paths = world_from_camera(roots.astype(np.float32), tilt_deg)
    for path, rows in zip(paths, known, strict=True):
        if rows.any():
            present = np.flatnonzero(rows)
            for axis in range(3):
                path[:, axis] = np.interp(np.arange(len(path)), present, path[present, axis])
    # Percentiles instead of extremes, again against single bad frames.
    low, high = np.percentile(paths[known][:, :2], [2, 98], axis=0)
    paths[..., :2] -= ((low + high) / 2).astype(np.float32)
    rootless = np.flatnonzero(~known.any(1))
    paths[rootless] = 0
    beside = (high - low)[0] / 2 + _SPACING_M * np.arange(1, len(rootless) + 1)
    paths[rootless, :, 0] = beside[:, None]
    return paths


def _side_by_side(tracks: tuple[Track, ...]) -> Floats:
    """(N, T, 3) places in a line, in the order of people in the image from left to right.

    People who are never visible at the same time share a place, so that the scene stays small.
    """
    # x of the left and the right edge
    edges = [track.boxes[:, ::2][np.isfinite(track.boxes[:, ::2])] for track in tracks]
    middles = [float(np.median(found)) if len(found) else 0.0 for found in edges]
    sharing: list[list[int]] = []
    for person in np.argsort(middles, kind="stable").tolist():
        rows = tracks[person].present
        free = [
            group for group in sharing if not any((tracks[n].present & rows).any() for n in group)
        ]
        if free:
            free[0].append(person)
        else:
            sharing.append([person])
    sharing.sort(key=lambda group: float(np.mean([middles[person] for person in group])))
    places = np.zeros((len(tracks), len(tracks[0]), 3), np.float32)
    for place, group in enumerate(sharing):
        places[group, :, 0] = (place - (len(sharing) - 1) / 2) * _SPACING_M
    return places


def _floor(world: Floats, floor: Floor, time_s: Times, has_path: bool) -> Floats:
    """(N, T) height of the floor under each person, before it is moved to 0.

    Each person has its own: the depth of a root is too uncertain for a common floor. For a whole
    clip it is a low percentile of the lowest joints, so that one bad frame does not raise it.
    """
    lowest = np.asarray(world[..., 2].min(-1), np.float32)
    if floor is Floor.frame:
        return lowest
    if floor is Floor.auto and has_path:
        return _ground(lowest, time_s)
    # A pose without a path has no height: the lowest joint of each frame is put on the floor, so
    # that the hips of a person who crouches go down instead of the feet up.
    if floor is Floor.auto:
        return _smooth(lowest, time_s, _SMOOTHING_S)
    found = [row[np.isfinite(row)] for row in lowest]
    heights = [np.percentile(row, 5) if len(row) else 0.0 for row in found]
    return np.broadcast_to(np.array(heights, np.float32)[:, None], lowest.shape)


def _ground(lowest: Floats, time_s: Times) -> Floats:
    """(N, T) lowest height within a second, which is longer than a jump takes.

    One height for the whole path would be wrong: the camera's tilt is unknown, so the floor seems
    to slope, and an error of depth is an error of height too.
    """
    # Odd, so that the window is centred; missing rows are infinitely high.
    rows = 2 * int(_JUMP_S / 2 / _step_s(time_s)) + 1
    known = np.isfinite(lowest)
    lowest_near = minimum_filter1d(np.where(known, lowest, np.inf), rows, axis=1)
    return _smooth(np.where(known, lowest_near, np.nan).astype(np.float32), time_s, _JUMP_S / 4)


def _step_s(time_s: Times) -> float:
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0


def _smooth(heights: Floats, time_s: Times, sigma_s: float) -> Floats:
    """(N, T) Gaussian mean over neighbours in time that ignores NaN (normalised convolution).

    Without it, noise of an ankle would shake the whole body.
    """
    known = np.isfinite(heights).astype(np.float32)
    sums, weights = (
        # mode: beyond the ends both sums count nothing, as in missing rows.
        gaussian_filter1d(values, sigma_s / _step_s(time_s), axis=1, mode="constant")
        for values in (np.nan_to_num(heights), known)
    )
    return np.where(known > 0, sums / np.maximum(weights, 1e-6), np.float32(np.nan))
