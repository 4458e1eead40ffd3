"""A frame of a scene: people lit by a lamp, with soft shadows, in front of their room."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.geometry.camera import world_from_camera
from framework.lab.sample.cast import Grid, Surface, cast, surface
from framework.lab.sample.figure import dress
from framework.lab.sample.room import BOUNCE, KEY, SKY, TO_LIGHT, backdrop
from framework.lab.sample.scene import Scene
from framework.lab.sample.shadow import Shadow
from framework.lab.sample.solids import Array, Floats, Solids

Bytes: TypeAlias = NDArray[np.uint8]

SAMPLES = 2
"""Samples a pixel along each side, where there are people."""

NEAR_M = 0.05
"""What is nearer to the camera is not drawn."""

SOFT_M = 0.016
STEP_M = 0.05
"""How far the crease between two solids is rounded off, and what counts as an edge instead."""

_EXPOSURE = np.linspace(0, 2, 8192)
_TONES = np.round(
    255 * np.clip(_EXPOSURE * (1 + _EXPOSURE / 3.0) / (1 + _EXPOSURE * 0.62), 0, 1) ** (1 / 2.2)
).astype(np.uint8)


def solids_at(scene: Scene, time_s: float) -> list[Solids]:
    """The solids of each person at a time, in the world."""
    poses = scene.poses(np.array([time_s]))
    return [
        dress(pose.at(0), person.body.size, person.outfit)
        for pose, person in zip(poses, scene.people, strict=True)
    ]


def render_frame(scene: Scene, time_s: float) -> Bytes:
    """The picture (H, W, 3) uint8 RGB that the scene's camera takes at a time in seconds."""
    rotation, translation = scene.camera.pose(time_s)
    room = backdrop(
        scene.size_wh, tuple(scene.matrix.flat), tuple(rotation.flat), tuple(translation)
    )
    people = solids_at(scene, time_s)
    if not people:
        return _developed(room.ambient + room.key)
    solids = Solids.joined(people)
    lamp = Shadow.of(solids, TO_LIGHT, spacing_m=0.014)
    above = Shadow.of(solids, np.array([0.02, 0.0, 1.0]), spacing_m=0.04)
    floor = room.points
    ambient = room.ambient * (1 - 0.60 * above.around(floor, 0.16))[..., None]
    image = ambient + room.key * (1 - 0.92 * lamp.behind(floor))[..., None]
    seen = solids.moved(rotation, translation)
    seen = seen.take(seen.nearest > NEAR_M)
    grid = _grid(scene, seen)
    if grid is not None:
        light = _people(scene.camera.pose(time_s), seen, grid, lamp)
        _lay_over(image, light, scene, grid)
    return _developed(image)


def _grid(scene: Scene, solids: Solids) -> Grid | None:
    """Samples of all whole pixels that people may fill, None where they are out of sight."""
    if not len(solids):
        return None
    focal, (cx, cy) = scene.matrix[0, 0], scene.matrix[:2, 2]
    boxes = solids.bounds(pinhole=True) * focal + [cx, cy, cx, cy]
    low = np.maximum(np.floor(boxes[:, :2].min(0)), 0).astype(int)
    high = np.minimum(np.ceil(boxes[:, 2:].max(0)), scene.size_wh).astype(int)
    if (low >= high).any():
        return None
    xs, ys = (
        (np.arange(SAMPLES * a, SAMPLES * b) + 0.5) / SAMPLES
        for a, b in zip(low, high, strict=True)
    )
    return Grid(
        xs=((xs - cx) / focal).astype(np.float32),
        ys=((ys - cy) / focal).astype(np.float32),
        pinhole=True,
    )


def _people(camera: tuple[Array, Array], solids: Solids, grid: Grid, lamp: Shadow) -> Floats:
    """Light and cover (H, W, 4) of solids that are given in camera axes, per sample."""
    depth, which = cast(solids, grid)
    hit = surface(solids, grid, depth, which)
    image = np.zeros((*depth.shape, 4), np.float32)
    if len(hit.gloss):
        spacing_m = float((grid.xs[-1] - grid.xs[0]) / len(grid.xs) * hit.points[:, 2].mean())
        _soften(hit, depth, round(SOFT_M / spacing_m))
        image[(*hit.at, slice(0, 3))] = _shaded(hit, camera, lamp)
        image[(*hit.at, 3)] = 1
    return image


def _lay_over(image: Floats, light: Floats, scene: Scene, grid: Grid) -> None:
    """Average samples to pixels and put them over the picture where the grid lies."""
    height, width = light.shape[0] // SAMPLES, light.shape[1] // SAMPLES
    mean = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
    focal, (cx, cy) = scene.matrix[0, 0], scene.matrix[:2, 2]
    left, top = int(grid.xs[0] * focal + cx), int(grid.ys[0] * focal + cy)
    part = image[top : top + height, left : left + width]
    part *= 1 - mean[..., 3:]
    part += mean[..., :3]


def _in_world(hit: Surface, rotation: Array, translation: Array) -> Floats:
    """Points (P, 3) just above the surfaces, so that these do not shade themselves."""
    eye = world_from_camera(np.zeros(3), rotation, translation).astype(np.float32)
    above = hit.points + np.float32(0.018) * hit.normals
    return np.asarray(above @ rotation.astype(np.float32) + eye)


def _soften(hit: Surface, depth: Floats, radius: int) -> None:
    """Round off the creases where solids meet: average normals where the surface has no step."""
    window = 2 * radius + 1
    normals = np.zeros((*depth.shape, 3), np.float32)
    normals[hit.at] = hit.normals
    mean = cv2.blur(normals, (window, window))[hit.at]
    kernel = np.ones((window, window), np.uint8)
    smooth = (cv2.dilate(depth, kernel)[hit.at] - cv2.erode(depth, kernel)[hit.at]) < STEP_M
    hit.normals[smooth] = mean[smooth] / np.linalg.norm(mean[smooth], axis=1, keepdims=True)


def _shaded(hit: Surface, camera: tuple[Array, Array], lamp: Shadow) -> Floats:
    """Light (P, 3) that surfaces send to the camera: lamp, sky, floor, highlight and rim."""
    rotation, translation = camera
    view = -hit.points / np.linalg.norm(hit.points, axis=1, keepdims=True)
    to_light = (rotation @ TO_LIGHT).astype(np.float32)
    up = (rotation @ np.array([0, 0, 1.0])).astype(np.float32)
    lit = hit.normals @ to_light
    open_ = lamp.reaches(_in_world(hit, rotation, translation))
    # Skin and cloth scatter: light creeps a little around the edge of the shade.
    key = np.maximum((lit + 0.12) / 1.12, 0) * (0.08 + 0.92 * open_)
    above = (0.5 + 0.5 * hit.normals @ up)[:, None]
    ambient = BOUNCE + above * (SKY - BOUNCE)
    half = to_light + view
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = hit.gloss * open_ * np.maximum((hit.normals * half).sum(1), 0) ** 28
    rim = 0.10 * (1 - np.maximum((hit.normals * view).sum(1), 0)) ** 3
    light = hit.colours * (key[:, None] * KEY + ambient * 1.05)
    return np.asarray(light + (shine[:, None] * KEY + rim[:, None] * SKY), np.float32)


def _developed(image: Floats) -> Bytes:
    """Bytes of linear light, with a soft shoulder towards white."""
    steps = np.clip(image * (len(_TONES) / 2), 0, len(_TONES) - 1).astype(np.uint16)
    return np.asarray(_TONES[steps])
