"""How a coded frame is rotated and mirrored for display: the display matrix of ISO/IEC 14496-12.

PyAV returns frames as they are coded; only this module makes them upright.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import SideData
from numpy.typing import NDArray

from framework.types import Bytes


@dataclass(frozen=True, slots=True)
class Orientation:
    """Quarter turns and mirrorings as array steps: transpose first, then flip.

    Attributes:
        transpose: rows become columns.
        flip_rows, flip_columns: order of the upright rows and columns is reversed.
        rotation_deg: clockwise turn (0, 90, 180, 270), after mirroring left and right if the
            frame is mirrored.
    """

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False
    rotation_deg: int = 0

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """Read the display matrix of a decoded frame; without one it is upright."""
        side_data = frame.side_data.get("DISPLAYMATRIX")
        if not isinstance(side_data, SideData):
            return cls()
        matrix = np.frombuffer(memoryview(side_data), np.int32)
        return cls.from_matrix(matrix.reshape(3, 3).astype(np.float64))

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.float64]) -> Orientation:
        """Round a display matrix to quarter turns.

        Args:
            matrix: (3, 3), ffmpeg's order: a coded point (x, y) is seen at
                (a x + c y, b x + d y) with the first rows (a, b) and (c, d).
        """
        (a, b), (c, d) = matrix[:2, :2]
        # Axes change places where the off-diagonal terms dominate (a turn near 90 or 270 degrees).
        transpose = bool(abs(b) + abs(c) > abs(a) + abs(d))
        # A pure turn by t has (c, d) = (-sin t, cos t); mirroring x beforehand leaves them alone.
        turn = math.degrees(math.atan2(-c, d)) if c or d else 0.0
        return cls(
            transpose=transpose,
            flip_rows=bool((b if transpose else d) < 0),
            flip_columns=bool((c if transpose else a) < 0),
            rotation_deg=round(turn / 90) % 4 * 90,
        )

    def size(self, coded_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height when upright of a coded size, and the other way round."""
        width, height = coded_wh
        return (height, width) if self.transpose else (width, height)

    def upright(self, image: Bytes) -> Bytes:
        """The coded (H, W, 3) frame as it is displayed; a view, nothing is copied."""
        if self.transpose:
            image = image.swapaxes(0, 1)
        return image[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
