"""Composes an output frame: the source with 2D skeletons at left, the 3D panel at right.

It reads and writes no files: `FrameComposer.draw` fills an array from a source frame and the
number of its row.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.skeletons import H36M17
from framework.types import Bytes, Floats, RunResult

from .config import VideoConfig
from .figure import SHIFT, Figure, Shapes
from .ground import Ground
from .overlay import Overlay, people_per_row
from .palette import LEFT, PANEL_TOP, QUIET, RIGHT, person_colour
from .text import TextPainter
from .viewer import Viewer
from .world import WorldPoses

_CHUNK = 32
"""Rows whose outlines are computed together: NumPy calls cost more than their arithmetic."""


def panel_sizes_wh(
    source_wh: tuple[int, int], height_px: int | None
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Sizes of the source panel and of the square 3D panel.

    Args:
        source_wh: of the clip in pixels.
        height_px: of both panels, or None: the clip's, but from 240 to 720.

    Returns:
        Width and height of each; all are even, as 4:2:0 chroma subsampling of encoders demands.
    """
    width, height = source_wh
    tall = (min(max(height, 240), 720) if height_px is None else height_px) // 2 * 2
    wide = max(2, round(width * tall / height / 2) * 2)
    return (wide, tall), (tall, tall)


class FrameComposer:
    """Draws the output frames of one clip; what does not change is computed once.

    Args:
        result: of the clip.
        config: the renderer's options.

    Attributes:
        size_wh: of an output frame in pixels.
    """

    def __init__(self, result: RunResult, config: VideoConfig) -> None:
        self._source_wh, panel_wh = panel_sizes_wh(result.video.size_wh, config.height_px)
        self.size_wh = (self._source_wh[0] + panel_wh[0], panel_wh[1])
        self._result, self._people = result, len(result.tracks)
        self._text = TextPainter(panel_wh[1])
        wide, tall = result.video.size_wh
        scale = (self._source_wh[0] / wide, self._source_wh[1] / tall)
        self._overlays = [
            Overlay(track, scale, person, self._people, self._text)
            for person, track in enumerate(result.tracks)
        ]
        self._present = people_per_row(result.tracks, len(result.frame_index))
        self._world = WorldPoses.of(
            result.poses, result.tracks, floor=config.floor, tilt_deg=config.camera_tilt_deg
        )
        self._viewer = Viewer.facing(self._world, panel_wh, config.elevation_deg)
        self._ground = Ground(self._viewer, self._world.radius_m)
        skeleton = result.poses[0].skeleton if result.poses else H36M17
        self._figure = Figure(skeleton, self._people)
        # The first time, or 0 without rows.
        start_s = result.time_s[:1].sum()
        self._azimuths = config.azimuth_deg + config.orbit_deg_per_s * (result.time_s - start_s)
        self._ready: tuple[int, Floats, Shapes] | None = None

    def draw(self, image: Bytes, row: int, canvas: Bytes) -> None:
        """Compose the output frame of one row.

        Args:
            image: (H, W, 3) uint8 RGB, the source frame of that row.
            row: of the result.
            canvas: (height, width, 3) uint8 of ``size_wh``; every pixel is overwritten.
        """
        wide = self._source_wh[0]
        source, panel = canvas[:, :wide], canvas[:, wide:]
        # Area averaging takes five times as long, and is needed only where linear interpolation
        # would skip source pixels (aliasing).
        shrinks = image.shape[0] >= 2 * self._source_wh[1]
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        cv2.resize(image, self._source_wh, dst=source, interpolation=method)
        for overlay in self._overlays:
            overlay.draw(source, row)
        if not self._present[row]:
            size = self._text.size_px
            self._text.label(source, "no person", (size, 3 * size), PANEL_TOP, QUIET)
        np.copyto(panel, self._ground.ground(float(self._azimuths[row])))
        self._draw_people(panel, row)
        self._caption(panel, row)

    def _draw_people(self, panel: Bytes, row: int) -> None:
        if not self._world.joints.size:
            return
        # Chunks start at fixed rows, so that frames can be drawn in any order.
        start = row // _CHUNK * _CHUNK
        if self._ready is None or self._ready[0] != start:
            self._ready = (start, *self._prepare(slice(start, start + _CHUNK)))
        _, view, shapes = self._ready
        self._ground.shade(panel, view[row - start], self._figure.bones)
        shapes.draw(panel, row - start)
        if self._people > 1:
            self._number(panel, view[row - start])

    def _prepare(self, rows: slice) -> tuple[Floats, Shapes]:
        """Joints (B, P, K, 3) of some rows in view axes, and the shapes to fill for them."""
        # From (P, B, K, 3), as people come first in `WorldPoses`.
        joints = self._figure.posed(self._world.joints[:, rows].swapaxes(0, 1))
        view = self._viewer.turn(joints, self._azimuths[rows, None, None])
        pixels, scale = self._viewer.project(view)
        # Relative to the point looked at, recovered from scale = focal length / depth.
        depth = self._viewer.focal_px / scale - self._viewer.distance_m
        radius = max(self._world.radius_m, 0.3)
        return view, self._figure.shapes(pixels, scale, 0.5 - depth / (2 * radius))

    def _number(self, panel: Bytes, view: NDArray[np.float32]) -> None:
        """Draw track ids above heads."""
        for person, joints in enumerate(view):
            if np.isnan(joints).any():
                continue
            # 17 cm above the highest joint, which is the crown of an upright person.
            top = joints[joints[:, 2].argmax()] + np.array([0, 0, 0.17], np.float32)
            x, y = np.rint(self._viewer.project(top)[0]).astype(int).tolist()
            label = str(self._result.tracks[person].id)
            corner = (x - self._text.width(label) // 2, y)
            self._text.label(panel, label, corner, person_colour(person, self._people))

    def _caption(self, panel: Bytes, row: int) -> None:
        """Draw frame number and time at the left, the meaning of colours at the right."""
        size, base = self._text.size_px, panel.shape[0] - self._text.size_px
        frame, time_s = self._result.frame_index[row], self._result.time_s[row]
        self._text.line(panel, f"frame {frame}   {time_s:.2f} s", size, base, QUIET)
        # With several people, colours tell people apart and not sides.
        if self._people != 1:
            return
        x = panel.shape[1] - size
        for name, colour in (("right", RIGHT), ("left", LEFT)):
            x -= self._text.width(name)
            self._text.line(panel, name, x, base, QUIET)
            spot = ((x - size * 2 // 3) << SHIFT, (base - size // 3) << SHIFT)
            cv2.circle(panel, spot, (size << SHIFT) // 4, colour, -1, cv2.LINE_AA, SHIFT)
            x -= 2 * size
