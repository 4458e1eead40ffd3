"""The ground of the 3D panel: a lit floor with a grid, and soft shadows on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.types import Bytes, Floats

from .figure import SHIFT
from .palette import GLOW, GRID, PANEL_BOTTOM, PANEL_TOP
from .viewer import Viewer

_CELL_M = 0.5
"""Side of a square of the grid."""
_TEXELS = 160
"""Side of the texture that shadows are drawn into; they are blurred, so a small one is enough."""
_DARKNESS = 0.62
_SLANT = np.array([0.18, 0.12], np.float32)
"""How far a shadow falls to the right and away from the viewer, per metre of height."""


class Ground:
    """Draws floor and shadows as one `Viewer` sees them.

    Args:
        viewer: the camera of the panel.
        radius_m: of the scene; the floor is a little larger.
    """

    def __init__(self, viewer: Viewer, radius_m: float) -> None:
        self._viewer = viewer
        self._radius_m = max(2.0, 1.25 * radius_m + 0.9)
        self._from_texture = self._floor_to_panel()
        self._bare = self._lit_floor()
        self._grid = self._grid_pieces()
        self._last: tuple[float, Bytes] | None = None

    def ground(self, azimuth_deg: float) -> Bytes:
        """The panel without people, (H, W, 3); the same array again for the same azimuth."""
        if self._last is None or self._last[0] != azimuth_deg:
            panel = self._bare.copy()
            self._draw_grid(panel, azimuth_deg)
            self._last = (azimuth_deg, panel)
        return self._last[1]

    def shade(self, panel: Bytes, view: Floats, bones: NDArray[np.int64]) -> None:
        """Darken the floor under people: a shadow map, drawn from above, warped and multiplied.

        Args:
            panel: (H, W, 3), changed.
            view: (P, K, 3) metres from `Viewer.turn`; NaN where a person is missing.
            bones: (bones, 2) indices of joints.
        """
        people = view[np.isfinite(view).all((-2, -1))]
        if not len(people):
            return
        # (P, K, 2) where the shadow of each joint falls
        cast = people[..., :2] + people[..., 2:] * _SLANT
        texture = self._texture(cast, bones)
        left, top, right, bottom = self._window(cast)
        if right - left < 2 or bottom - top < 2:
            return
        # Only the part of the panel with shadows is warped: usually it is much smaller.
        to_window = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ self._from_texture
        size = (right - left, bottom - top)
        light = cv2.warpPerspective(texture, to_window, size, borderValue=(255,))
        window = panel[top:bottom, left:right]
        cv2.multiply(window, cv2.cvtColor(light, cv2.COLOR_GRAY2RGB), dst=window, scale=1 / 255)

    def _texture(self, cast: Floats, bones: NDArray[np.int64]) -> Bytes:
        """The floor from above, (texels, texels): 255 where it is lit."""
        texels_per_m = _TEXELS / (2 * self._radius_m)
        points = (cast + self._radius_m) * texels_per_m * (1 << SHIFT)
        pieces = np.rint(points[:, bones]).astype(np.int32).reshape(-1, 2, 2)
        texture = np.full((_TEXELS, _TEXELS), 255, np.uint8)
        dark, width = (255 * (1 - _DARKNESS),), max(1, round(0.11 * texels_per_m))
        for start, end in pieces.tolist():
            cv2.line(texture, start, end, dark, width, cv2.LINE_AA, SHIFT)
        soft = max(3, round(0.07 * texels_per_m) * 2 + 1)  # two box filters are nearly a Gaussian
        return np.asarray(cv2.blur(cv2.blur(texture, (soft, soft)), (soft, soft)), np.uint8)

    def _window(self, cast: Floats) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the part of the panel that a shadow can touch."""
        # 0.25 m: half the width of a line and its blur, of a floor of usual size.
        low, high = cast.min((0, 1)) - 0.25, cast.max((0, 1)) + 0.25
        corners = np.array([[x, y, 0] for x in (low[0], high[0]) for y in (low[1], high[1])])
        pixels, _ = self._viewer.project(corners.astype(np.float32))
        left, top = np.clip(pixels.min(0), 0, self._viewer.size_wh).astype(int)
        right, bottom = np.clip(pixels.max(0) + 1, 0, self._viewer.size_wh).astype(int)
        return left, top, right, bottom

    def _floor_to_panel(self) -> NDArray[np.float64]:
        """(3, 3) homography from texels of the floor to pixels of the panel."""
        # In view axes, in which the floor does not turn: it holds for every azimuth.
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        floor = np.pad((2 * square - 1) * self._radius_m, ((0, 0), (0, 1)))
        pixels, _ = self._viewer.project(floor)
        return np.asarray(cv2.getPerspectiveTransform(square * _TEXELS, pixels), np.float64)

    def _lit_floor(self) -> Bytes:
        """A background that gets darker upwards, with a circle of light on the floor."""
        width, height = self._viewer.size_wh
        share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        top, bottom = np.array(PANEL_TOP, np.float32), np.array(PANEL_BOTTOM, np.float32)
        panel = np.repeat(top + (bottom - top) * share, width, 1)
        axis = np.linspace(-1, 1, _TEXELS, dtype=np.float32)
        spot = np.clip(1 - np.hypot(axis[:, None], axis), 0, 1) ** 1.6
        light = cv2.warpPerspective(spot, self._from_texture, (width, height))[..., None]
        panel += (np.array(GLOW, np.float32) - panel) * light * 0.75
        # Dithering by less than a grey level: without it the encoder turns gradients into bands.
        noise = np.random.default_rng(0).uniform(-0.7, 0.7, (height, width, 1))
        return np.clip(np.rint(panel + noise), 0, 255).astype(np.uint8)

    def _grid_pieces(self) -> Floats:
        """(pieces, 2, 3) short pieces of the grid's lines inside a circle, metres."""
        lines = np.floor(self._radius_m / _CELL_M)
        steps = np.arange(-lines, lines + 1, dtype=np.float32) * _CELL_M
        # Short pieces, as a line drawn by OpenCV has one colour and could not fade.
        cuts = np.linspace(-self._radius_m, self._radius_m, 33, dtype=np.float32)
        at, start = np.meshgrid(steps, cuts[:-1])
        end = np.meshgrid(steps, cuts[1:])[1]
        zero = np.zeros_like(at)
        along = np.stack([np.stack([at, x, zero], -1) for x in (start, end)], -2).reshape(-1, 2, 3)
        # x and y exchanged: the lines of the other direction.
        pieces = np.concatenate([along, along[..., [1, 0, 2]]]).astype(np.float32)
        inside = np.hypot(*pieces.mean(1)[:, :2].T) < self._radius_m
        return np.asarray(pieces[inside])

    def _draw_grid(self, panel: Bytes, azimuth_deg: float) -> None:
        """Draw the grid; its lines fade towards the edge of the light."""
        far = np.linalg.norm(self._grid.mean(1), axis=-1) / self._radius_m
        strength = np.clip(1 - far, 0, 1) ** 0.9 * 0.8
        pixels, _ = self._viewer.project(self._viewer.turn(self._grid, azimuth_deg))
        width, height = self._viewer.size_wh
        middle = pixels.mean(1).astype(int)
        inside = ((middle >= 0) & (middle < (width, height))).all(1)
        # OpenCV draws without transparency: colours are mixed with the background beforehand.
        under = self._bare[middle[inside, 1], middle[inside, 0]].astype(np.float32)
        colours = under + (np.array(GRID) - under) * strength[inside, None]
        ends = np.rint(pixels[inside] * (1 << SHIFT)).astype(np.int32).tolist()
        for (start, end), colour in zip(ends, np.rint(colours).tolist(), strict=True):
            cv2.line(panel, start, end, colour, 1, cv2.LINE_AA, SHIFT)
