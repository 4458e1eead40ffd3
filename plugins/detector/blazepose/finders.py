"""Person boxes as squares for the landmark model."""

from __future__ import annotations

import numpy as np

from framework.geometry.boxes import Array
from framework.types import Image

from .._topdown.persons import PersonFinder, one_frame

_SQUARE_PER_BOX = 1.25


class BoxedSquares:
    """Proposes the upright square around each person box.

    Args:
        finder: of the boxes.
    """

    def __init__(self, finder: PersonFinder) -> None:
        self._finder = finder

    def squares(self, image: Image, *, whole_only: bool) -> Array:
        """Return (N, 4) squares, best first; every look is at the whole image."""
        del whole_only
        (boxes,) = self._finder.boxes(one_frame(image))
        centre = (boxes[:, :2] + boxes[:, 2:4]) / 2
        side = _SQUARE_PER_BOX * (boxes[:, 2:4] - boxes[:, :2]).max(1, initial=0)
        return np.column_stack([centre, side, np.zeros(len(boxes))])
