"""Render a frame of a scene: people lit by a lamp, with soft shadows, in a room.

The shading is a small part of usual practice: Lambert diffuse light with a wrapped terminator, a
Blinn-Phong highlight (Blinn, Models of Light Reflection for Computer Synthesized Pictures, 1977),
hemispheric ambient light, and a tone curve. It only has to be good enough for person detectors.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.geometry.camera import world_from_camera
from framework.lab.sample.cast import Grid, Surface, cast, surface
from framework.lab.sample.figure import person_solids
from framework.lab.sample.room import BOUNCE, KEY, SKY, TO_LIGHT, backdrop
from framework.lab.sample.scene import Scene
from framework.lab.sample.shadow import Shadow
from framework.lab.sample.solids import Array, Floats, Solids

Bytes: TypeAlias = NDArray[np.uint8]

SAMPLES = 2
"""Samples per pixel along each axis, where people are (supersampling against aliasing)."""

NEAR_M = 0.05
"""Solids nearer to the camera are not drawn."""

SOFT_M = 0.016
STEP_M = 0.05
"""Radius in which creases between solids are smoothed, and the depth step that is an edge."""

_EXPOSURE = np.linspace(0, 2, 8192)
_TONES = np.round(
    255 * np.clip(_EXPOSURE * (1 + _EXPOSURE / 3.0) / (1 + _EXPOSURE * 0.62), 0, 1) ** (1 / 2.2)
).astype(np.uint8)


def solids_at(scene: Scene, time_s: float) -> list[Solids]:
    """The solids of each person at a time in seconds, in the world."""
    poses = scene.poses(np.array([time_s]))
    return [
        person_solids(pose.at(0), person.body.size, person.outfit)
        for pose, person in zip(poses, scene.people, strict=True)
    ]


def render_frame(scene: Scene, time_s: float) -> Bytes:
    """Render (H, W, 3) uint8 RGB, the image of the scene's camera at a time in seconds."""
    rotation, translation = scene.camera.pose(time_s)
    room = backdrop(
        scene.size_wh, tuple(scene.matrix.flat), tuple(rotation.flat), tuple(translation)
    )
    people = solids_at(scene, time_s)
    if not people:
        return _tone_mapped(room.ambient + room.key)
    solids = Solids.joined(people)
    lamp = Shadow.of(solids, TO_LIGHT, spacing_m=0.014)
    # A lamp nearly above: a small tilt keeps its axes defined.
    above = Shadow.of(solids, np.array([0.02, 0.0, 1.0]), spacing_m=0.04)
    floor = room.points
    ambient = room.ambient * (1 - 0.60 * above.contact_shadow(floor, 0.16))[..., None]
    # Full shadow keeps 8 % of the lamp, as a room reflects light.
    image = ambient + room.key * (1 - 0.92 * lamp.shadow_on(floor))[..., None]
    in_front = solids.moved(rotation, translation)
    in_front = in_front.take(in_front.nearest > NEAR_M)
    grid = _grid(scene, in_front)
    if grid is not None:
        light = _lit_people(scene.camera.pose(time_s), in_front, grid, lamp)
        _blend(image, light, scene, grid)
    return _tone_mapped(image)


def _grid(scene: Scene, solids: Solids) -> Grid | None:
    """Samples of all pixels inside the bounds of people, None where those are out of the image."""
    if not len(solids):
        return None
    focal, (cx, cy) = scene.matrix[0, 0], scene.matrix[:2, 2]
    boxes = solids.bounds(pinhole=True) * focal + [cx, cy, cx, cy]
    # Whole pixels, so that samples average to pixels exactly.
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


def _lit_people(camera: tuple[Array, Array], solids: Solids, grid: Grid, lamp: Shadow) -> Floats:
    """Linear light and coverage (H, W, 4) of solids in camera axes, per sample."""
    depth, which = cast(solids, grid)
    hit = surface(solids, grid, depth, which)
    image = np.zeros((*depth.shape, 4), np.float32)
    if len(hit.gloss):
        # Metres between samples at the mean depth of the people.
        spacing_m = float((grid.xs[-1] - grid.xs[0]) / len(grid.xs) * hit.points[:, 2].mean())
        _soften(hit, depth, round(SOFT_M / spacing_m))
        image[(*hit.at, slice(0, 3))] = _shaded(hit, camera, lamp)
        image[(*hit.at, 3)] = 1
    return image


def _blend(image: Floats, light: Floats, scene: Scene, grid: Grid) -> None:
    """Average samples to pixels and blend them into the image (H, W, 3), in place."""
    height, width = light.shape[0] // SAMPLES, light.shape[1] // SAMPLES
    mean = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
    focal, (cx, cy) = scene.matrix[0, 0], scene.matrix[:2, 2]
    # The first sample is a quarter of a pixel inside its pixel, so truncation gives the corner.
    left, top = int(grid.xs[0] * focal + cx), int(grid.ys[0] * focal + cy)
    part = image[top : top + height, left : left + width]
    # Light is premultiplied by coverage (Porter and Duff, Compositing Digital Images, 1984).
    part *= 1 - mean[..., 3:]
    part += mean[..., :3]


def _in_world(hit: Surface, rotation: Array, translation: Array) -> Floats:
    """World points (P, 3) 18 mm above the surfaces, so that a surface does not shadow itself."""
    eye = world_from_camera(np.zeros(3), rotation, translation).astype(np.float32)
    above = hit.points + np.float32(0.018) * hit.normals
    return np.asarray(above @ rotation.astype(np.float32) + eye)


def _soften(hit: Surface, depth: Floats, radius: int) -> None:
    """Smooth the creases between solids in place: average normals where depth has no step."""
    window = 2 * radius + 1
    normals = np.zeros((*depth.shape, 3), np.float32)
    normals[hit.at] = hit.normals
    mean = cv2.blur(normals, (window, window))[hit.at]
    kernel = np.ones((window, window), np.uint8)
    smooth = (cv2.dilate(depth, kernel)[hit.at] - cv2.erode(depth, kernel)[hit.at]) < STEP_M
    # Where depth has a step, two parts overlap, and the edge must stay sharp.
    hit.normals[smooth] = mean[smooth] / np.linalg.norm(mean[smooth], axis=1, keepdims=True)


def _shaded(hit: Surface, camera: tuple[Array, Array], lamp: Shadow) -> Floats:
    """Linear light (P, 3) towards the camera: lamp, sky, floor, highlight and rim."""
    rotation, translation = camera
    view = -hit.points / np.linalg.norm(hit.points, axis=1, keepdims=True)
    to_light = (rotation @ TO_LIGHT).astype(np.float32)
    up = (rotation @ np.array([0, 0, 1.0])).astype(np.float32)
    lit = hit.normals @ to_light
    lit_share = lamp.lit_share(_in_world(hit, rotation, translation))
    # Skin and cloth scatter light a little beyond the edge of the lit side (wrapped diffuse).
    key = np.maximum((lit + 0.12) / 1.12, 0) * (0.08 + 0.92 * lit_share)
    above = (0.5 + 0.5 * hit.normals @ up)[:, None]
    ambient = BOUNCE + above * (SKY - BOUNCE)
    # The half vector of Blinn and Phong.
    half = to_light + view
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = hit.gloss * lit_share * np.maximum((hit.normals * half).sum(1), 0) ** 28
    # Surfaces reflect more at a grazing angle, as by Fresnel's law.
    rim = 0.10 * (1 - np.maximum((hit.normals * view).sum(1), 0)) ** 3
    light = hit.colours * (key[:, None] * KEY + ambient * 1.05)
    return np.asarray(light + (shine[:, None] * KEY + rim[:, None] * SKY), np.float32)


def _tone_mapped(image: Floats) -> Bytes:
    """uint8 of linear light, compressed softly towards white (a table is faster than the curve)."""
    steps = np.clip(image * (len(_TONES) / 2), 0, len(_TONES) - 1).astype(np.uint16)
    return np.asarray(_TONES[steps])
