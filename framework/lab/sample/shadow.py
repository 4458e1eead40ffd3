"""Soft shadows of solids under a parallel light: a depth map seen from the lamp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike

from framework.geometry.camera import look_at
from framework.lab.sample.cast import Grid, cast
from framework.lab.sample.solids import Array, Floats, Solids

MARGIN_M = 0.5
BIAS_M = 0.025
THIN_M = 0.0125
"""Lips, brows and fingers are too thin to throw a shadow worth its time."""

_TAPS = (0, 0), (-1, -1), (2, -1), (-1, 2), (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What a lamp sees of the solids.

    Attributes:
        rotation: (3, 3) from the world to the lamp's axes, z away from the lamp.
        corner: (2,) lamp coordinates of the first sample, metres.
        spacing_m: from sample to sample.
        depth: (H, W) along the lamp's z, inf where light reaches the room.
        height: (H, W) above the floor, 0 where light reaches the room.
    """

    rotation: Array
    corner: Array
    spacing_m: float
    depth: Floats
    height: Floats

    @classmethod
    def of(cls, solids: Solids, to_light: ArrayLike, spacing_m: float) -> Shadow:
        """Look at solids (world axes) from far away in the direction ``to_light``."""
        rotation, _ = look_at(to_light, (0, 0, 0))
        turned = solids.take(solids.thickness > THIN_M).moved(rotation, (0, 0, 0))
        boxes = turned.bounds(pinhole=False)
        low = boxes[:, :2].min(0) - MARGIN_M
        width, height = np.ceil((boxes[:, 2:].max(0) + MARGIN_M - low) / spacing_m).astype(int)
        xs = (low[0] + spacing_m * np.arange(width)).astype(np.float32)
        ys = (low[1] + spacing_m * np.arange(height)).astype(np.float32)
        depth, which = cast(turned, Grid(xs=xs, ys=ys, pinhole=False))
        a, b, c = rotation[:, 2].astype(np.float32)
        lifted = np.where(which >= 0, a * xs + b * ys[:, None] + c * depth, 0)
        return cls(rotation=rotation, corner=low, spacing_m=spacing_m, depth=depth, height=lifted)

    def behind(self, points: Floats) -> Floats:
        """How much (...) of the lamp people hide from points (..., 3) of the room, 0..1.

        The lamp is large: what is high above the floor throws a softer edge.
        """
        mask = np.isfinite(self.depth).astype(np.float32)
        sharp, wide = self._blurred(mask, 0.018), self._blurred(mask, 0.085)
        high = self._blurred(self.height, 0.085) / np.maximum(wide, 1e-3)
        softness = np.clip(high / 1.2, 0, 1)
        return self._read(sharp + softness * (wide - sharp), points)

    def around(self, points: Floats, sigma_m: float) -> Floats:
        """How much (...) low parts of people darken points (..., 3) near them, 0..1."""
        mask = np.isfinite(self.depth).astype(np.float32)
        return self._read(self._blurred(mask * np.exp(-self.height / 0.45), sigma_m), points)

    def reaches(self, points: Floats) -> Floats:
        """Share (P,) of the lamp that surface points (P, 3) in the world see, 0..1."""
        axes, corner = self.rotation.astype(np.float32), self.corner.astype(np.float32)
        local = points @ axes.T
        column, row = np.rint((local[:, :2] - corner) / np.float32(self.spacing_m)).T
        width = self.depth.shape[1]
        index = (row * width + column).astype(np.int32)
        limit = local[:, 2] - np.float32(BIAS_M)
        free = np.zeros(len(points), np.float32)
        for down, right in _TAPS:
            free += self.depth.ravel().take(index + (down * width + right)) >= limit
        return free / np.float32(len(_TAPS))

    def _blurred(self, image: Floats, sigma_m: float) -> Floats:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_m / self.spacing_m), np.float32)

    def _read(self, image: Floats, points: Floats) -> Floats:
        """Values of a map at points (H, W, 3) of the world, 0 outside."""
        axes = (self.rotation[:2] / self.spacing_m).astype(np.float32)
        at = points @ axes.T - (self.corner / self.spacing_m).astype(np.float32)
        across, down = np.moveaxis(at.astype(np.float32), -1, 0)
        read = cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(read, np.float32)
