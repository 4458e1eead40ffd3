"""Fast rendering of one figure: plain shading, no shadows, a background of soft shapes.

Detectors find joints by limbs and clothes, so clothes, light, background, blur and image noise are
drawn anew for each window; a detector's errors on one appearance would be learned as errors of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.lab.sample.cast import Grid, cast, surface
from framework.lab.sample.figure import Outfit, person_solids
from framework.lab.sample.solids import Solids
from framework.lab.simulation.figure import Array, figure_pose, size_of

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_NEAR_M = 0.05
_FIGURE_PX = (140, 300)
_LARGEST_PX = 480
_SOFT_PX = 5


@dataclass(frozen=True, slots=True)
class Viewport:
    """The part of the image plane (in units of the focal length) that is rendered.

    Attributes:
        left, top: position of the image's upper left corner, units of the focal length.
        pixels: pixels per unit.
        size_wh: width and height in pixels.
    """

    left: float
    top: float
    pixels: float
    size_wh: tuple[int, int]

    def to_pixels(self, image: Array) -> Array:
        """(..., 2) positions in units of the focal length to pixels of the image."""
        return np.asarray((image - np.array([self.left, self.top])) * self.pixels)

    def to_image(self, pixels: Array) -> Array:
        """(..., 2) pixels of the image to units of the focal length, the inverse of `to_pixels`."""
        return np.asarray(pixels / self.pixels + np.array([self.left, self.top]))


def choose_viewport(points: Array, random: np.random.Generator) -> Viewport:
    """Choose a viewport that holds a person in all frames; 15 % cut a part of the person off.

    Args:
        points: (T, J, 3) camera space, all in front of the camera.
        random: generator of margins and of the person's height in pixels.
    """
    image = points[..., :2] / points[..., 2:]
    # The larger of width and height, so that people who lie have a size too.
    tall = float(np.median(np.ptp(image, axis=1).max(axis=-1)))
    margin = tall * random.uniform(0.12, 0.5, 4)
    if random.random() < 0.15:
        # A negative margin cuts the person off at that side.
        margin[random.integers(4)] = -tall * random.uniform(0, 0.35)
    low = image.min(axis=(0, 1)) - margin[:2]
    high = image.max(axis=(0, 1)) + margin[2:]
    span = np.maximum(high - low, 0.6 * tall)
    # People are 140 to 300 pixels tall, and the image is at most 480 pixels.
    pixels = min(random.uniform(*_FIGURE_PX) / tall, _LARGEST_PX / float(span.max()))
    width, height = (int(np.clip(round(x * pixels), 64, _LARGEST_PX)) for x in span)
    return Viewport(float(low[0]), float(low[1]), pixels, (width, height))


def render_figure(
    points: Array, viewport: Viewport, random: np.random.Generator
) -> Iterator[Bytes]:
    """Render a person as a clothed figure, frame by viewport.

    Args:
        points: (T, 23, 3) `BODY`, camera space, metres.
        viewport: the part of the image plane to render.
        random: generator of clothes, light, background and image noise.

    Yields:
        (H, W, 3) uint8 RGB, one for each of the T frames.
    """
    pose, size, outfit = figure_pose(points), size_of(points), _outfit(random)
    girth, light = random.uniform(0.85, 1.25), _light(random)
    background = _background(viewport.size_wh, random)
    tint = random.uniform(0.7, 1.1) * random.uniform(0.85, 1.15, 3)
    grain = random.uniform(0, 6)
    for row in range(len(points)):
        # Camera axes, as the points are, so that no camera is needed.
        solids = _with_girth(person_solids(pose.at(row), size, outfit), girth)
        image = background.copy()
        _draw(image, solids.take(solids.nearest > _NEAR_M), viewport, light)
        soft = cv2.GaussianBlur(image * (255 * tint).astype(np.float32), (3, 3), 0)
        noise = grain * random.standard_normal((*image.shape[:2], 1), np.float32)
        yield np.clip(soft + noise, 0, 255).astype(np.uint8)


def _draw(image: Floats, solids: Solids, viewport: Viewport, light: Array) -> None:
    """Draw solids, in camera axes, over an image (H, W, 3) of linear values 0..1, in place."""
    if not len(solids):
        return
    boxes = solids.bounds(pinhole=True)
    low = np.maximum(np.floor(viewport.to_pixels(boxes[:, :2].min(axis=0))), 0).astype(int)
    high = np.minimum(
        np.ceil(viewport.to_pixels(boxes[:, 2:].max(axis=0))), viewport.size_wh
    ).astype(int)
    if (low >= high).any():
        return
    # Pixel centres, in units of the focal length.
    xs = (np.arange(low[0], high[0]) + 0.5) / viewport.pixels + viewport.left
    ys = (np.arange(low[1], high[1]) + 0.5) / viewport.pixels + viewport.top
    grid = Grid(xs=xs.astype(np.float32), ys=ys.astype(np.float32), pinhole=True)
    depth, which = cast(solids, grid)
    hit = surface(solids, grid, depth, which)
    normals = np.zeros((*depth.shape, 3), np.float32)
    normals[hit.at] = hit.normals
    # Creases between solids are smoothed, as cloth covers them.
    smooth = cv2.blur(normals, (_SOFT_PX, _SOFT_PX))[hit.at]
    normal = smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-6)
    lit = np.maximum(normal @ light.astype(np.float32), 0)
    # Light from the sky on what faces up (y points down), diffuse light of the lamp (Lambert).
    shade = (0.5 - 0.12 * normal[:, 1] + 0.8 * lit)[:, None]
    part = image[low[1] : high[1], low[0] : high[0]]
    # Gamma of displays: linear light to sRGB.
    part[hit.at] = np.clip(hit.colours * shade, 0, 1) ** (1 / 2.2)


def _with_girth(solids: Solids, girth: float) -> Solids:
    """Thicker or thinner limbs and trunk; head and hands stay as they are."""
    thick = (solids.length > 0) & (solids.radii.max(axis=1) > 0.03)
    return replace(solids, radii=np.where(thick[:, None], girth * solids.radii, solids.radii))


def _light(random: np.random.Generator) -> Array:
    """(3,) unit vector towards the light, above and more or less in front, camera axes."""
    direction = np.array([random.normal(), -random.uniform(0.3, 1.5), -random.uniform(0, 1.5)])
    return np.asarray(direction / np.linalg.norm(direction))


def _outfit(random: np.random.Generator) -> Outfit:
    """Random colours of skin, hair and clothes, and the cut of the clothes."""

    def colour(low: float, high: float) -> tuple[float, float, float]:
        red, green, blue = random.uniform(low, high) + random.uniform(-0.2, 0.2, 3)
        return float(np.clip(red, 0, 1)), float(np.clip(green, 0, 1)), float(np.clip(blue, 0, 1))

    # From dark to light skin along one hue.
    red, green, blue = random.uniform(0.4, 1.0) * np.array([0.90, 0.68, 0.55])
    return Outfit(
        skin=(float(red), float(green), float(blue)),
        hair=colour(0.05, 0.5),
        shirt=colour(0.1, 0.95),
        stripe=colour(0.1, 0.9) if random.random() < 0.25 else None,
        trousers=colour(0.08, 0.8),
        shoes=colour(0.1, 0.9),
        sleeve=float(random.choice([0.62, 2.0])),
        long_hair=bool(random.random() < 0.4),
    )


def _background(size_wh: tuple[int, int], random: np.random.Generator) -> Floats:
    """(H, W, 3) in 0..1: coloured shapes, and a floor in half of the images."""
    coarse = random.uniform(0.15, 0.85) + 0.2 * random.standard_normal((3, 4, 1))
    coarse = coarse + 0.08 * random.standard_normal((3, 4, 3))
    smooth = cv2.resize(coarse.astype(np.float32), size_wh, interpolation=cv2.INTER_CUBIC)
    image: Floats = np.asarray(smooth, np.float32)
    if random.random() < 0.5:
        edge = int(size_wh[1] * random.uniform(0.4, 0.9))
        image[edge:] *= np.float32(random.uniform(0.5, 1.3))
    for _ in range(random.integers(6)):
        x, y = random.integers(size_wh[0]), random.integers(size_wh[1])
        corner = (int(x + random.integers(10, 120)), int(y + random.integers(10, 120)))
        tone = [float(c) for c in random.uniform(0.1, 0.9, 3)]
        cv2.rectangle(image, (int(x), int(y)), corner, tone, -1)
    return np.clip(image, 0, 1)
