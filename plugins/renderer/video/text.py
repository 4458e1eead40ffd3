"""Small print on pictures, of a size that fits the panel."""

from __future__ import annotations

import cv2

from framework.types import Bytes

from .palette import INK, TEXT, Colour

_FONT = cv2.FONT_HERSHEY_SIMPLEX


class Text:
    """Writes lines and chips (text on a plate)."""

    def __init__(self, height_px: int) -> None:
        self.size_px = max(11, round(height_px / 40))
        self._scale = self.size_px / 30
        self._weight = 1 if height_px < 1000 else 2

    def line(self, picture: Bytes, text: str, left: int, base: int, colour: Colour = TEXT) -> int:
        """Write from ``left`` on the base line ``base``; returns the x where it ends."""
        cv2.putText(
            picture, text, (left, base), _FONT, self._scale, colour, self._weight, cv2.LINE_AA
        )
        return left + self.width(text)

    def width(self, text: str) -> int:
        """Pixels that a text takes."""
        return int(cv2.getTextSize(text, _FONT, self._scale, self._weight)[0][0])

    def chip(
        self,
        picture: Bytes,
        text: str,
        corner: tuple[int, int],
        colour: Colour,
        ink: Colour = INK,
    ) -> None:
        """Write on a plate whose lower left corner is given, kept inside the picture."""
        pad = self.size_px // 3
        width, height = self.width(text) + 2 * pad, self.size_px + 2 * pad
        left = min(max(corner[0], 0), picture.shape[1] - width)
        bottom = min(max(corner[1], height), picture.shape[0] - 1)
        plate = (left, bottom - height), (left + width, bottom)
        cv2.rectangle(picture, *plate, colour, -1, cv2.LINE_AA)
        self.line(picture, text, left + pad, bottom - pad - self.size_px // 8, ink)
