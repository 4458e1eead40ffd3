"""Text on images, of a size that fits the panel."""

from __future__ import annotations

import cv2

from framework.types import Bytes

from .palette import INK, TEXT, Colour

_FONT = cv2.FONT_HERSHEY_SIMPLEX


class TextPainter:
    """Draws lines of text and labels (text on a filled rectangle).

    Args:
        height_px: of the panel; the size of the text follows from it.
    """

    def __init__(self, height_px: int) -> None:
        self.size_px = max(11, round(height_px / 40))
        self._scale = self.size_px / 30
        self._weight = 1 if height_px < 1000 else 2

    def line(self, image: Bytes, text: str, left: int, base: int, colour: Colour = TEXT) -> int:
        """Draw text from ``left`` on the baseline ``base``; return the x at which it ends."""
        cv2.putText(
            image, text, (left, base), _FONT, self._scale, colour, self._weight, cv2.LINE_AA
        )
        return left + self.width(text)

    def width(self, text: str) -> int:
        """Width of a text in pixels."""
        return int(cv2.getTextSize(text, _FONT, self._scale, self._weight)[0][0])

    def label(
        self,
        image: Bytes,
        text: str,
        corner: tuple[int, int],
        colour: Colour,
        ink: Colour = INK,
    ) -> None:
        """Draw text on a filled rectangle, kept inside the image.

        Args:
            image: (H, W, 3), changed.
            text: to draw.
            corner: lower left corner of the rectangle, (x, y) in pixels.
            colour: of the rectangle.
            ink: of the text.
        """
        pad = self.size_px // 3
        width, height = self.width(text) + 2 * pad, self.size_px + 2 * pad
        left = min(max(corner[0], 0), image.shape[1] - width)
        bottom = min(max(corner[1], height), image.shape[0] - 1)
        rectangle = (left, bottom - height), (left + width, bottom)
        cv2.rectangle(image, *rectangle, colour, -1, cv2.LINE_AA)
        self.line(image, text, left + pad, bottom - pad - self.size_px // 8, ink)
