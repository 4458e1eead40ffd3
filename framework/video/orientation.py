"""How a coded frame is rotated and mirrored for display: the display matrix of ISO/IEC 14496-12.

PyAV returns frames as they are coded; only this module makes them upright.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import cv2
import numpy as np
from av import VideoFrame
from av.filter import Graph
from av.sidedata.sidedata import SideData, Type
from numpy.typing import NDArray

from framework.types import Bytes

_NEWER_TYPES = 32
_ANY_TIME_BASE = Fraction(1, 1000)
LEAST_TILT_DEG = 1.0
"""Less is rounding in the file, as FFmpeg has it too."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """Quarter turns and mirrorings as array steps: transpose first, then flip, then the rest.

    Attributes:
        transpose: rows become columns.
        flip_rows, flip_columns: order of the upright rows and columns is reversed.
        rotation_deg: clockwise turn (0, 90, 180, 270), after mirroring left and right if the
            frame is mirrored.
        tilt_deg: clockwise turn that is left after that; 0 below `LEAST_TILT_DEG`.
    """

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False
    rotation_deg: int = 0
    tilt_deg: float = 0.0

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """Read the display matrix of a decoded frame; without one it is upright."""
        try:
            side_data = frame.side_data.get("DISPLAYMATRIX")
        except ValueError:  # PyAV 18 knows no type that FFmpeg 8 added, such as EXIF
            side_data = _with_known_side_data(frame).side_data.get("DISPLAYMATRIX")
        if not isinstance(side_data, SideData):
            return cls()
        matrix = np.frombuffer(memoryview(side_data), np.int32)
        return cls.from_matrix(matrix.reshape(3, 3).astype(np.float64))

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.float64]) -> Orientation:
        """Split a display matrix into quarter turns and the turn that is left.

        Args:
            matrix: (3, 3), ffmpeg's order: a coded point (x, y) is seen at
                (a x + c y, b x + d y) with the first rows (a, b) and (c, d).
        """
        (a, b), (c, d) = matrix[:2, :2]
        # Axes change places where the off-diagonal terms dominate (a turn near 90 or 270 degrees).
        transpose = bool(abs(b) + abs(c) > abs(a) + abs(d))
        # A pure turn by t has (c, d) = (-sin t, cos t); mirroring x beforehand leaves them alone.
        turn = math.degrees(math.atan2(-c, d)) if c or d else 0.0
        tilt = turn - round(turn / 90) * 90
        return cls(
            transpose=transpose,
            flip_rows=bool((b if transpose else d) < 0),
            flip_columns=bool((c if transpose else a) < 0),
            rotation_deg=round(turn / 90) % 4 * 90,
            tilt_deg=tilt if abs(tilt) >= LEAST_TILT_DEG else 0.0,
        )

    def size(self, coded_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height when upright of a coded size, and the other way round."""
        width, height = coded_wh
        return (height, width) if self.transpose else (width, height)

    def upright(self, image: Bytes) -> Bytes:
        """The coded (H, W, 3) frame as it is displayed; a view but for a slanted one.

        A slanted frame keeps its size, as in FFmpeg: its corners are cut off.
        """
        if self.transpose:
            image = image.swapaxes(0, 1)
        image = image[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        if not self.tilt_deg:
            return image
        height, width = image.shape[:2]
        # Rows go down: OpenCV's angle is counterclockwise as seen.
        centre = ((width - 1) / 2, (height - 1) / 2)
        turn = cv2.getRotationMatrix2D(centre, -self.tilt_deg, 1.0)
        return cast(Bytes, cv2.warpAffine(np.ascontiguousarray(image), turn, (width, height)))


def _with_known_side_data(frame: VideoFrame) -> VideoFrame:
    """The frame without the side data that is newer than PyAV."""
    graph = Graph()
    last = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=_ANY_TIME_BASE
    )
    for kind in range(len(Type), len(Type) + _NEWER_TYPES):
        filter_ = graph.add("sidedata", f"mode=delete:type={kind}")
        last.link_to(filter_)
        last = filter_
    sink = graph.add("buffersink")
    last.link_to(sink)
    graph.configure()
    graph.push(frame)
    return cast(VideoFrame, graph.pull())
