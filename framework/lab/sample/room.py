"""The room: a box with a floor of planks, painted walls and a framed print, seen from inside.

Background with edges and textures, so that a detector has the usual chance of false positives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Floats: TypeAlias = NDArray[np.float32]

LOW = np.array([-3.9, -7.0, 0.0])
HIGH = np.array([6.5, 3.3, 3.1])

TO_LIGHT = np.array([-0.50, -0.62, 1.0]) / np.linalg.norm([-0.50, -0.62, 1.0])
"""Direction from any point in the room towards the lamp, which is far away and large."""

KEY = np.array([1.55, 1.27, 0.98], np.float32)
SKY = np.array([0.50, 0.52, 0.56], np.float32)
BOUNCE = np.array([0.36, 0.28, 0.20], np.float32)
"""Linear colours of the lamp, of the light from above and of that from the floor."""


def linear(srgb: Array) -> Array:
    """Linear light of sRGB colours 0..1 (the usual 2.2 power law)."""
    return np.asarray(np.asarray(srgb, float) ** 2.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """The image of the empty room.

    Attributes:
        ambient: (H, W, 3) linear ambient light.
        key: (H, W, 3) linear light from the lamp, without shadows of people.
        points: (H, W, 3) metres in the world.
    """

    ambient: Floats
    key: Floats
    points: Floats


@lru_cache(maxsize=2)
def backdrop(
    size_wh: tuple[int, int],
    matrix: tuple[float, ...],
    rotation: tuple[float, ...],
    translation: tuple[float, ...],
) -> Backdrop:
    """Render the room for a camera (``K``, ``R``, ``t`` as flat tuples), 3 x 3 samples per pixel.

    The arguments can be hashed: a camera that stands still renders the room once.
    """
    width, height = size_wh
    camera, turn = np.reshape(matrix, (3, 3)), np.reshape(rotation, (3, 3))
    eye = -turn.T @ np.array(translation)
    parts = []
    # Nine samples per pixel against aliasing of planks and edges.
    for dy, dx in ((y, x) for y in (1 / 6, 1 / 2, 5 / 6) for x in (1 / 6, 1 / 2, 5 / 6)):
        u, v = np.meshgrid(np.arange(width) + dx, np.arange(height) + dy)
        # (H, W, 3): rows times the transposed inverse of K, then ``R.T`` to the world, also for
        # rows.
        rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(camera).T @ turn
        parts.append(_hit(eye, rays))
    # The sample in the middle of the pixel.
    middle = parts[4][2]
    return Backdrop(
        ambient=np.mean([part[0] for part in parts], 0).astype(np.float32),
        key=np.mean([part[1] for part in parts], 0).astype(np.float32),
        points=middle.astype(np.float32),
    )


def _hit(eye: Array, rays: Array) -> tuple[Array, Array, Array]:
    """Ambient light, light of the lamp and position of the points where rays leave the box."""
    never = rays == 0
    # Slab method: the nearest of the planes that each ray moves towards.
    away = (np.where(rays > 0, HIGH, LOW) - eye) / np.where(never, 1, rays)
    away = np.where(never, np.inf, away)
    axis = away.argmin(-1)
    points = eye + rays * away.min(-1, keepdims=True)
    # Normals point into the room, against the ray.
    facing = np.take_along_axis(rays, axis[..., None], -1)[..., 0]
    normal = np.where(facing[..., None] > 0, -1.0, 1.0) * np.eye(3)[axis]
    colour = linear(_paint(points, axis, facing > 0))
    above = 0.5 + 0.5 * normal[..., 2:]
    corners = _corners(points, axis)[..., None]
    ambient = colour * (BOUNCE + above * (SKY - BOUNCE)) * corners
    lamp = np.maximum(normal @ TO_LIGHT, 0) * _lamp_falloff(points)
    return ambient, colour * KEY * lamp[..., None] * (0.35 + 0.65 * corners), points


def _lamp_falloff(points: Array) -> Array:
    """Brightness (...) of the lamp: greatest in the middle of the room, less near the walls."""
    away = points - np.array([-0.2, 0.4, 0.6])
    return np.asarray(0.48 + 0.65 * np.exp(-(away**2 @ np.array([0.060, 0.050, 0.10]))))


def _corners(points: Array, axis: NDArray[np.int64]) -> Array:
    """Factor (...) of ambient occlusion: corners of a room get less light."""
    near = np.minimum(points - LOW, HIGH - points)
    # The wall itself is at distance 0; only the other walls darken it.
    near = np.where(np.eye(3, dtype=bool)[axis], np.inf, near)
    return np.asarray(np.prod(1 - 0.38 * np.exp(-near / 0.28), -1))


def _paint(points: Array, axis: NDArray[np.int64], far: NDArray[np.bool_]) -> Array:
    """Colours (..., 3) sRGB of the surfaces of the room at points (..., 3)."""
    x, y, z = np.moveaxis(points, -1, 0)
    wall = np.array([0.55, 0.70, 0.75]) * (1.02 - 0.05 * z[..., None] / HIGH[2])
    skirting = (z < 0.11)[..., None]
    wall = np.where(skirting, np.array([0.90, 0.89, 0.86]) - 0.25 * (z > 0.10)[..., None], wall)
    back = np.where((axis == 1) & far, 1, 0)[..., None] * (1 - skirting)
    wall = np.where(back, _picture(x, z, wall), wall)
    ceiling = np.broadcast_to([0.93, 0.92, 0.90], points.shape)
    flat = np.where(far[..., None], ceiling, _rug(x, y, _planks(x, y)))
    return np.asarray(np.where((axis == 2)[..., None], flat, wall))


def _noise(a: Array, b: Array, seed: float) -> Array:
    """A fixed pseudo-random number 0..1 for each pair of whole numbers (a usual shader hash)."""
    return np.asarray((np.sin(a * 127.1 + b * 311.7 + seed) * 43758.5453) % 1.0)


def _planks(x: Array, y: Array) -> Array:
    """Oak boards along y, each with its tone, grain and seams."""
    wide, long = 0.19, 1.7
    column = np.floor(x / wide)
    shifted = y / long + _noise(column, column * 0, 3.0)
    row = np.floor(shifted)
    tone = 0.90 + 0.16 * _noise(column, row, 7.0)
    across, down = x / wide - column, shifted - row
    grain = np.sin(95 * x + 3.0 * np.sin(2.3 * y + 9 * _noise(column, row, 1.0)))
    # Distance to the nearest gap between boards, metres.
    seam = np.minimum(np.minimum(across, 1 - across) * wide, np.minimum(down, 1 - down) * long)
    tone = (tone + 0.018 * grain) * (1 - 0.30 * np.exp(-((seam / 0.005) ** 2)))
    return np.asarray(np.array([0.70, 0.53, 0.37]) * tone[..., None])


def _rug(x: Array, y: Array, floor: Array) -> Array:
    """A round woven rug with a border in the middle of the room."""
    away = np.hypot(x + 0.1, y + 0.05)
    thread = 1 + 0.02 * np.sin(150 * away)
    ring = ((away > 1.26) & (away < 1.34))[..., None]
    rug = np.where(ring, [0.62, 0.34, 0.26], [0.80, 0.75, 0.66]) * thread[..., None]
    shade = 1 - 0.30 * np.exp(-np.maximum(away - 1.45, 0) / 0.03)
    return np.asarray(np.where((away < 1.45)[..., None], rug, floor * shade[..., None]))


def _picture(x: Array, z: Array, wall: Array) -> Array:
    """A framed print of hills under a sun, left of the middle of the back wall."""
    across, up = (x + 2.15) / 0.62, (z - 1.78) / 0.46
    edge = np.maximum(np.abs(across), np.abs(up))
    sky = np.array([0.95, 0.86, 0.72]) - 0.06 * up[..., None]
    sun = (across - 0.30) ** 2 * (0.62 / 0.46) ** 2 + (up - 0.25) ** 2 < 0.055
    art = np.where(sun[..., None], [0.89, 0.45, 0.25], sky)
    for height, bend, colour in (
        (-0.05, 2.1, (0.49, 0.62, 0.60)),
        (-0.35, 3.4, (0.20, 0.36, 0.40)),
    ):
        hill = up < height + 0.16 * np.sin(bend * across + height * 9)
        art = np.where(hill[..., None], colour, art)
    art = np.where((edge > 0.80)[..., None], [0.95, 0.94, 0.92], art)
    art = np.where((edge > 0.94)[..., None], [0.24, 0.18, 0.14], art)
    shade = 1 - 0.35 * np.exp(-np.maximum(edge - 1, 0) / 0.05)
    return np.asarray(np.where((edge < 1)[..., None], art, wall * shade[..., None]))
