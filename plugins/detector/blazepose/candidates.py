"""Person boxes as candidate squares for the landmark network."""

from __future__ import annotations

import numpy as np

from framework.geometry.boxes import Array
from framework.types import Image

from .._blazepose.new_people import Search
from .._images.batches import one_frame
from .._persons.detectors import PersonDetector

_SQUARE_PER_BOX = 1.25
"""Side of the square over the longer side of the box: the margin that BlazePose's own has."""


class BoxCandidates:
    """Implements `CandidateDetector` with the upright square around each person box.

    Args:
        detector: gives the boxes.
    """

    def __init__(self, detector: PersonDetector) -> None:
        self._detector = detector

    def squares(self, image: Image, search: Search) -> Array:
        """Return (N, 4) squares, best first; a search is always of the whole image.

        Raises:
            StageError: inference failed.
        """
        del search
        (boxes,) = self._detector.boxes(one_frame(image))
        centre = (boxes[:, :2] + boxes[:, 2:4]) / 2
        side = _SQUARE_PER_BOX * (boxes[:, 2:4] - boxes[:, :2]).max(1, initial=0)
        return np.column_stack([centre, side, np.zeros(len(boxes))])
