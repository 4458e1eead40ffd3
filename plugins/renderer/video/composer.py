"""One picture of the result: the source with 2D skeletons at left, the 3D panel at right.

Knows nothing of files: `Picture.draw` fills an array from an image and the number of its row.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.skeletons import H36M17
from framework.types import Bytes, Floats, RunResult

from .config import VideoConfig
from .figure import SHIFT, Figure, Shapes
from .overlay import Overlay, rows_with_somebody
from .palette import LEFT, PANEL_TOP, QUIET, RIGHT, person_colour
from .scene import Scene, Viewer
from .stage import Stage
from .text import Text

_CHUNK = 32


def panel_sizes_wh(
    source_wh: tuple[int, int], height_px: int | None
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Sizes of the source panel and of the square 3D panel; all sides even, as encoders need."""
    width, height = source_wh
    tall = (min(max(height, 240), 720) if height_px is None else height_px) // 2 * 2
    wide = max(2, round(width * tall / height / 2) * 2)
    return (wide, tall), (tall, tall)


class Picture:
    """Everything that is known of a clip before its frames come.

    Args:
        result: of the clip.
        config: the renderer's settings.
    """

    def __init__(self, result: RunResult, config: VideoConfig) -> None:
        self._source_wh, panel_wh = panel_sizes_wh(result.video.size_wh, config.height_px)
        self.size_wh = (self._source_wh[0] + panel_wh[0], panel_wh[1])
        self._result, self._people = result, len(result.tracks)
        self._text = Text(panel_wh[1])
        wide, tall = result.video.size_wh
        scale = (self._source_wh[0] / wide, self._source_wh[1] / tall)
        self._overlays = [
            Overlay(track, scale, person, self._people, self._text)
            for person, track in enumerate(result.tracks)
        ]
        self._present = rows_with_somebody(result.tracks, len(result.frame_index))
        self._scene = Scene.of(
            result.poses, result.tracks, floor=config.floor, tilt_deg=config.camera_tilt_deg
        )
        self._viewer = Viewer.facing(self._scene, panel_wh, config.elevation_deg)
        self._stage = Stage(self._viewer, self._scene.radius_m)
        skeleton = result.poses[0].skeleton if result.poses else H36M17
        self._figure = Figure(skeleton, self._people)
        start_s = result.time_s[:1].sum()
        self._azimuths = config.azimuth_deg + config.orbit_deg_per_s * (result.time_s - start_s)
        self._ready: tuple[int, Floats, Shapes] | None = None

    def draw(self, image: Bytes, row: int, canvas: Bytes) -> None:
        """Fill a canvas.

        Args:
            image: (H, W, 3) uint8 RGB, the source frame of that row.
            row: of the result.
            canvas: (height, width, 3) uint8 of ``size_wh``; every pixel is overwritten.
        """
        wide = self._source_wh[0]
        source, panel = canvas[:, :wide], canvas[:, wide:]
        # Averaging areas costs five times as much and shows only when pixels would be skipped.
        shrinks = image.shape[0] >= 2 * self._source_wh[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        cv2.resize(image, self._source_wh, dst=source, interpolation=how)
        for overlay in self._overlays:
            overlay.draw(source, row)
        if not self._present[row]:
            size = self._text.size_px
            self._text.chip(source, "no person", (size, 3 * size), PANEL_TOP, QUIET)
        np.copyto(panel, self._stage.ground(float(self._azimuths[row])))
        self._draw_people(panel, row)
        self._caption(panel, row)

    def _draw_people(self, panel: Bytes, row: int) -> None:
        if not self._scene.joints.size:
            return
        start = row // _CHUNK * _CHUNK
        if self._ready is None or self._ready[0] != start:
            self._ready = (start, *self._prepare(slice(start, start + _CHUNK)))
        _, view, shapes = self._ready
        self._stage.shade(panel, view[row - start], self._figure.bones)
        shapes.draw(panel, row - start)
        if self._people > 1:
            self._number(panel, view[row - start])

    def _prepare(self, rows: slice) -> tuple[Floats, Shapes]:
        """The view (B, P, K, 3) of some rows, and what to fill for them."""
        joints = self._figure.posed(self._scene.joints[:, rows].swapaxes(0, 1))
        view = self._viewer.turn(joints, self._azimuths[rows, None, None])
        pixels, scale = self._viewer.project(view)
        depth = self._viewer.focal_px / scale - self._viewer.distance_m
        reach = max(self._scene.radius_m, 0.3)
        return view, self._figure.shapes(pixels, scale, 0.5 - depth / (2 * reach))

    def _number(self, panel: Bytes, view: NDArray[np.float32]) -> None:
        """People's numbers above their heads."""
        for person, joints in enumerate(view):
            if np.isnan(joints).any():
                continue
            top = joints[joints[:, 2].argmax()] + np.array([0, 0, 0.17], np.float32)
            x, y = np.rint(self._viewer.project(top)[0]).astype(int).tolist()
            label = str(self._result.tracks[person].id)
            corner = (x - self._text.width(label) // 2, y)
            self._text.chip(panel, label, corner, person_colour(person, self._people))

    def _caption(self, panel: Bytes, row: int) -> None:
        """Frame and time at the left, what the colours mean at the right."""
        size, base = self._text.size_px, panel.shape[0] - self._text.size_px
        frame, time_s = self._result.frame_index[row], self._result.time_s[row]
        self._text.line(panel, f"frame {frame}   {time_s:.2f} s", size, base, QUIET)
        if self._people != 1:
            return
        x = panel.shape[1] - size
        for name, colour in (("right", RIGHT), ("left", LEFT)):
            x -= self._text.width(name)
            self._text.line(panel, name, x, base, QUIET)
            spot = ((x - size * 2 // 3) << SHIFT, (base - size // 3) << SHIFT)
            cv2.circle(panel, spot, (size << SHIFT) // 4, colour, -1, cv2.LINE_AA, SHIFT)
            x -= 2 * size
