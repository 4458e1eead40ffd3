"""The virtual camera of the 3D panel: a pinhole camera that orbits the middle of the scene.

Coordinate frames. World: metres, x right, y away, z up, floor at z = 0, middle of the scene at
(0, 0). View: the world turned about z so that the viewer is at negative y. Panel: pixels, x right,
y down, (0, 0) at the top left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framework.types import Floats

from .world import WorldPoses

FIELD_OF_VIEW_DEG = 26.0
"""Along the shorter side of the panel. As of a portrait lens: a wide angle distorts near limbs."""
_MARGIN_M = 0.1
_LEAST_RADIUS_M = 0.45
"""A person who stands still with the arms down needs this much, or the figure fills the panel."""
_AIM = 0.48
"""Height of the point looked at, as a share of the height that people reach."""
_NEAREST_M = 0.1
"""Points behind the camera would be mirrored; they are drawn as if they were this far away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A pinhole camera that looks at the middle of the scene.

    Attributes:
        size_wh: of the panel in pixels.
        elevation_deg: how far it looks down.
        distance_m: from the camera to the point it looks at.
        aim_m: height of that point.
        focal_px: focal length.
    """

    size_wh: tuple[int, int]
    elevation_deg: float
    distance_m: float
    aim_m: float
    focal_px: float

    @classmethod
    def facing(cls, world: WorldPoses, size_wh: tuple[int, int], elevation_deg: float) -> Viewer:
        """Place the camera so far away that everything fits, whatever the azimuth.

        A sphere of radius r fits into a cone of half angle a from the distance r / sin(a).
        """
        half = np.deg2rad(FIELD_OF_VIEW_DEG / 2)
        radius = np.hypot(max(world.radius_m, _LEAST_RADIUS_M), world.height_m / 2) + _MARGIN_M
        return cls(
            size_wh=size_wh,
            elevation_deg=elevation_deg,
            distance_m=float(radius / np.sin(half)),
            aim_m=world.height_m * _AIM,
            focal_px=float(min(size_wh) / 2 / np.tan(half)),
        )

    def turn(self, points: Floats, azimuth_deg: NDArray[np.float64] | float) -> Floats:
        """Turn world points (..., 3) into the view from an azimuth, positive to the right.

        Not scipy's Rotation: it computes in float64, and the last bits would move drawn pixels.
        """
        angle = np.deg2rad(np.asarray(azimuth_deg, np.float32))
        sin, cos = np.sin(angle), np.cos(angle)
        x, y, z = np.moveaxis(points, -1, 0)
        # The viewpoint moves to the right, so the scene turns about z by the negative angle.
        return np.stack([cos * x + sin * y, cos * y - sin * x, z], -1)

    def project(self, view: Floats) -> tuple[Floats, Floats]:
        """Project points into the panel.

        Args:
            view: (..., 3) metres, from `turn`.

        Returns:
            (..., 2) pixels, and (...) pixels per metre at that depth.
        """
        angle = np.deg2rad(self.elevation_deg)
        sin, cos = np.float32(np.sin(angle)), np.float32(np.cos(angle))
        # Turned about x by the elevation: y is away in the view, `depth` along the optical axis.
        x, y, z = view[..., 0], view[..., 1], view[..., 2] - np.float32(self.aim_m)
        depth = np.float32(self.distance_m) + cos * y - sin * z
        scale = np.asarray(self.focal_px / np.maximum(depth, _NEAREST_M), np.float32)
        width, height = self.size_wh
        pixels = np.stack([width / 2 + scale * x, height / 2 - scale * (sin * y + cos * z)], -1)
        return pixels.astype(np.float32), scale
