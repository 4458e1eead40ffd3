"""Soft shadows of solids under a parallel light: shadow maps.

Williams, Casting Curved Shadows on Curved Surfaces, 1978: a depth map from the direction of the
lamp; a point is in shadow where the map has a smaller depth. Edges are softened by taking several
samples (Reeves et al., Rendering Antialiased Shadows with Depth Maps, 1987) or by blurring.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike

from framework.geometry.camera import look_at
from framework.lab.sample.cast import Grid, cast
from framework.lab.sample.solids import Array, Floats, Solids

MARGIN_M = 0.5
"""Space around the solids in the map, for points beside them and for blurring."""
BIAS_M = 0.025
"""Depth by which a surface must be behind another to be in its shadow (against self-shadow)."""
THIN_M = 0.0125
"""Solids as thin as lips, brows and fingers cast no shadow; it would hardly be visible."""

_TAPS = (0, 0), (-1, -1), (2, -1), (-1, 2), (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """The depth map of solids from the direction of a lamp.

    Attributes:
        rotation: (3, 3) from the world to the lamp's axes, z away from the lamp.
        corner: (2,) lamp coordinates of the first sample, metres.
        spacing_m: from sample to sample.
        depth: (H, W) along the z of the lamp, metres; inf where no solid is.
        height: (H, W) of the solid above the floor, metres; 0 where no solid is.
    """

    rotation: Array
    corner: Array
    spacing_m: float
    depth: Floats
    height: Floats

    @classmethod
    def of(cls, solids: Solids, to_light: ArrayLike, spacing_m: float) -> Shadow:
        """Make the map of solids (world axes) for a lamp far away in the direction ``to_light``."""
        rotation, _ = look_at(to_light, (0, 0, 0))
        turned = solids.take(solids.thickness > THIN_M).moved(rotation, (0, 0, 0))
        boxes = turned.bounds(pinhole=False)
        # (2,) metres in the axes of the lamp.
        low = boxes[:, :2].min(0) - MARGIN_M
        width, height = np.ceil((boxes[:, 2:].max(0) + MARGIN_M - low) / spacing_m).astype(int)
        xs = (low[0] + spacing_m * np.arange(width)).astype(np.float32)
        ys = (low[1] + spacing_m * np.arange(height)).astype(np.float32)
        depth, which = cast(turned, Grid(xs=xs, ys=ys, pinhole=False))
        a, b, c = rotation[:, 2].astype(np.float32)
        # Height above the floor of the lit side, from the depth.
        lifted = np.where(which >= 0, a * xs + b * ys[:, None] + c * depth, 0)
        return cls(rotation=rotation, corner=low, spacing_m=spacing_m, depth=depth, height=lifted)

    def shadow_on(self, points: Floats) -> Floats:
        """Share (H, W) of the lamp that people hide from points (H, W, 3) of the room, 0..1.

        The lamp is large, so the shadow of a part high above the floor has a softer edge.
        """
        mask = np.isfinite(self.depth).astype(np.float32)
        sharp, wide = self._blurred(mask, 0.018), self._blurred(mask, 0.085)
        high = self._blurred(self.height, 0.085) / np.maximum(wide, 1e-3)
        # Penumbrae grow with the height of what casts them.
        softness = np.clip(high / 1.2, 0, 1)
        return self._read(sharp + softness * (wide - sharp), points)

    def contact_shadow(self, points: Floats, sigma_m: float) -> Floats:
        """How much (H, W) low parts of people darken points (H, W, 3) near them, 0..1."""
        mask = np.isfinite(self.depth).astype(np.float32)
        return self._read(self._blurred(mask * np.exp(-self.height / 0.45), sigma_m), points)

    def lit_share(self, points: Floats) -> Floats:
        """Share (P,) of the lamp that lights surface points (P, 3) in the world, 0..1."""
        axes, corner = self.rotation.astype(np.float32), self.corner.astype(np.float32)
        local = points @ axes.T
        column, row = np.rint((local[:, :2] - corner) / np.float32(self.spacing_m)).T
        width = self.depth.shape[1]
        # Flat indices; the margin of the map keeps all taps inside it.
        index = (row * width + column).astype(np.int32)
        limit = local[:, 2] - np.float32(BIAS_M)
        free = np.zeros(len(points), np.float32)
        # Percentage-closer filtering with five taps.
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
