"""People on a stage: from poses in camera axes to points of the 3D panel.

Camera axes: metres, x right, y down, z away. World: metres, x right, y away, z up, floor at 0,
middle of the stage at (0, 0). View: the world turned so that the viewer stands at -y.
Shapes: N people, T rows, K joints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from framework.types import Floats, Pose3D, Times, Track

from .config import Floor

FIELD_OF_VIEW_DEG = 26.0
ANKLE_HEIGHT_M = 0.05
"""Joints nearest to the floor lie about this far above the soles."""
_SPACING_M = 1.25
_MARGIN_M = 0.1
_CALM_S = 0.1
_JUMP_S = 1.0
_DEFAULT_RADIUS_M, _DEFAULT_HEIGHT_M = 0.8, 1.75


def world_from_camera(points: Floats, tilt_deg: float = 0.0) -> Floats:
    """Turn camera axes into world axes; a left hand stays a left hand (a pure rotation).

    Args:
        points: (..., 3) metres, x right, y down, z away.
        tilt_deg: how far the camera looked down, in degrees.

    Returns:
        (..., 3) metres, x right, y away along the floor, z up.
    """
    sin, cos = np.sin(np.deg2rad(tilt_deg)), np.cos(np.deg2rad(tilt_deg))
    right, down, away = (1, 0, 0), (0, -sin, -cos), (0, cos, -sin)
    return np.asarray(points @ np.array([right, down, away], np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everybody in the world, for all rows.

    Attributes:
        joints: (N, T, K, 3) float32 world metres; NaN where there is no valid pose.
        radius_m: of the stage: what people reach in a plane, a few outliers aside.
        height_m: what they reach upwards.
    """

    joints: Floats
    radius_m: float
    height_m: float

    @classmethod
    def of(
        cls, poses: tuple[Pose3D, ...], tracks: tuple[Track, ...], *, floor: Floor, tilt_deg: float
    ) -> Scene:
        """Put people on one floor: where they were, or side by side when that is unknown."""
        usable = [pose.valid & np.isfinite(pose.joints).all((1, 2)) for pose in poses]
        if not any(rows.any() for rows in usable):
            nobody = np.full((0, 0, 0, 3), np.nan, np.float32)
            return cls(joints=nobody, radius_m=_DEFAULT_RADIUS_M, height_m=_DEFAULT_HEIGHT_M)
        camera = np.stack([p.joints for p in poses])
        camera[~np.stack(usable)] = np.nan
        world = world_from_camera(camera, tilt_deg)
        paths = _paths(poses, tilt_deg)
        world += (_side_by_side(tracks) if paths is None else paths)[:, :, None]
        heights = _floor(world, floor, tracks[0].time_s, paths is not None)
        world[..., 2] -= heights[..., None] - ANKLE_HEIGHT_M
        there = np.isfinite(world).all((-2, -1))
        reach = np.linalg.norm(world[there][..., :2], axis=-1).max(-1)
        return cls(
            joints=world,
            radius_m=float(np.percentile(reach, 97)),
            height_m=float(np.percentile(world[there][..., 2].max(-1), 97)),
        )


def _paths(poses: tuple[Pose3D, ...], tilt_deg: float) -> Floats | None:
    """(N, T, 3) world metres of the root joints around the middle of the stage; None if unknown.

    Rows without a root take it from their neighbours in time; people without any stand to the
    right of the others.
    """
    roots = np.stack([np.full((len(p), 3), np.nan) if p.root is None else p.root for p in poses])
    known = np.isfinite(roots).all(-1) & np.stack([pose.valid for pose in poses])
    if not known.any():
        return None
    roots[~known] = np.nan
    paths = world_from_camera(roots.astype(np.float32), tilt_deg)
    for path, rows in zip(paths, known, strict=True):
        if rows.any():
            there = np.flatnonzero(rows)
            for axis in range(3):
                path[:, axis] = np.interp(np.arange(len(path)), there, path[there, axis])
    trodden = paths[known]
    low, high = np.percentile(trodden[:, :2], [2, 98], axis=0)
    paths[..., :2] -= ((low + high) / 2).astype(np.float32)
    lost = np.flatnonzero(~known.any(1))
    paths[lost] = 0
    paths[lost, :, 0] = ((high - low)[0] / 2 + _SPACING_M * np.arange(1, len(lost) + 1))[:, None]
    return paths


def _side_by_side(tracks: tuple[Track, ...]) -> Floats:
    """(N, T, 3) places in a row, in the order in which people stand in the picture.

    People who are never there together share a place, so that the stage stays small.
    """
    edges = [track.boxes[:, ::2][np.isfinite(track.boxes[:, ::2])] for track in tracks]
    middles = [float(np.median(found)) if len(found) else 0.0 for found in edges]
    sharing: list[list[int]] = []
    for person in np.argsort(middles, kind="stable").tolist():
        here = tracks[person].present
        free = [who for who in sharing if not any((tracks[n].present & here).any() for n in who)]
        if free:
            free[0].append(person)
        else:
            sharing.append([person])
    sharing.sort(key=lambda who: float(np.mean([middles[person] for person in who])))
    places = np.zeros((len(tracks), len(tracks[0]), 3), np.float32)
    for place, who in enumerate(sharing):
        places[who, :, 0] = (place - (len(sharing) - 1) / 2) * _SPACING_M
    return places


def _floor(world: Floats, floor: Floor, time_s: Times, has_path: bool) -> Floats:
    """(N, T) height of the floor under each person, before it becomes 0.

    Each person has an own one: the depth of a root is too uncertain to share it. Over a clip it
    is a low percentile of the lowest joints, so that one bad frame cannot lift everybody.
    """
    lowest = np.asarray(world[..., 2].min(-1), np.float32)
    if floor is Floor.frame:
        return lowest
    if floor is Floor.auto and has_path:
        return _ground(lowest, time_s)
    # A pose without a path says nothing of heights: who crouches must not lift the feet.
    if floor is Floor.auto:
        return _smooth(lowest, time_s, _CALM_S)
    found = [row[np.isfinite(row)] for row in lowest]
    heights = [np.percentile(row, 5) if len(row) else 0.0 for row in found]
    return np.broadcast_to(np.array(heights, np.float32)[:, None], lowest.shape)


def _ground(lowest: Floats, time_s: Times) -> Floats:
    """(N, T) what a person reaches downwards within a second: longer than a jump takes.

    The camera's tilt is not known, and an error of depth is one of height too, so that no one
    height holds for the whole path.
    """
    rows = 2 * int(_JUMP_S / 2 / _step_s(time_s)) + 1
    known = np.isfinite(lowest)
    reached = minimum_filter1d(np.where(known, lowest, np.inf), rows, axis=1)
    return _smooth(np.where(known, reached, np.nan).astype(np.float32), time_s, _JUMP_S / 4)


def _step_s(time_s: Times) -> float:
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0


def _smooth(heights: Floats, time_s: Times, calm_s: float) -> Floats:
    """(N, T) a mean over neighbours in time: noise in an ankle must not shake the body."""
    known = np.isfinite(heights).astype(np.float32)
    sums, weights = (
        gaussian_filter1d(values, calm_s / _step_s(time_s), axis=1, mode="constant")
        for values in (np.nan_to_num(heights), known)
    )
    return np.where(known > 0, sums / np.maximum(weights, 1e-6), np.float32(np.nan))


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A pinhole camera that looks at the middle of the stage.

    Attributes:
        size_wh: of the panel in pixels.
        elevation_deg: how far it looks down.
        distance_m: from the eye to the point it looks at.
        aim_m: height of that point.
        focal_px: focal length.
    """

    size_wh: tuple[int, int]
    elevation_deg: float
    distance_m: float
    aim_m: float
    focal_px: float

    @classmethod
    def facing(cls, scene: Scene, size_wh: tuple[int, int], elevation_deg: float) -> Viewer:
        """Stand back far enough that the whole stage fits, whichever way it is turned."""
        half = np.deg2rad(FIELD_OF_VIEW_DEG / 2)
        reach = np.hypot(max(scene.radius_m, 0.45), scene.height_m / 2) + _MARGIN_M
        return cls(
            size_wh=size_wh,
            elevation_deg=elevation_deg,
            distance_m=float(reach / np.sin(half)),
            aim_m=scene.height_m * 0.48,
            focal_px=float(min(size_wh) / 2 / np.tan(half)),
        )

    def turn(self, points: Floats, azimuth_deg: NDArray[np.float64] | float) -> Floats:
        """World (..., 3) as the view of someone who walked that far to the right."""
        angle = np.deg2rad(np.asarray(azimuth_deg, np.float32))
        sin, cos = np.sin(angle), np.cos(angle)
        x, y, z = np.moveaxis(points, -1, 0)
        return np.stack([cos * x + sin * y, cos * y - sin * x, z], -1)

    def project(self, view: Floats) -> tuple[Floats, Floats]:
        """Points of the panel.

        Args:
            view: (..., 3) metres, from `turn`.

        Returns:
            (..., 2) pixels, and (...) pixels per metre at that depth.
        """
        angle = np.deg2rad(self.elevation_deg)
        sin, cos = np.float32(np.sin(angle)), np.float32(np.cos(angle))
        x, y, z = view[..., 0], view[..., 1], view[..., 2] - np.float32(self.aim_m)
        depth = np.float32(self.distance_m) + cos * y - sin * z
        scale = np.asarray(self.focal_px / np.maximum(depth, 0.1), np.float32)
        width, height = self.size_wh
        pixels = np.stack([width / 2 + scale * x, height / 2 - scale * (sin * y + cos * z)], -1)
        return pixels.astype(np.float32), scale
