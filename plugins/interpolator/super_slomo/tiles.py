"""Divides large frames into overlapping tiles whose results are blended without a seam.

Each tile is weighted by its distance from its own edges (a triangular window), and the weights of
all tiles over a pixel are normalised to 1. Where tiles only met, motion near the seam would be
computed from half of what is visible, and the seam would show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from framework.types import Floats

from .config import MULTIPLE

OVERLAP_PX = 128
"""About how far neighbouring tiles overlap; motion larger than that is lost at a tile's edge."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a padded frame.

    Attributes:
        rows, columns: of the padded frame.
        weight: (rows, columns) float32, falling towards the edges that have a neighbour; the
            weights of all tiles over one pixel add up to 1.
    """

    rows: slice
    columns: slice
    weight: Floats


def padding(height: int, width: int) -> tuple[int, int]:
    """Rows and columns to add so that both sides are multiples of 32."""
    return -height % MULTIPLE, -width % MULTIPLE


def split_into_tiles(height: int, width: int, longest: int) -> Iterator[Tile]:
    """Divide a padded frame into tiles; one if it is small enough.

    Args:
        height: a multiple of 32, like width.
        width: ...
        longest: largest side of a tile in pixels, a multiple of 32.
    """
    for rows, down in _spans(height, longest):
        for columns, across in _spans(width, longest):
            yield Tile(rows, columns, down[:, None] * across)


def _spans(length: int, longest: int) -> Iterator[tuple[slice, Floats]]:
    """Parts of a side, all of one length, with weights: as few as possible, then as short."""
    count = 1 + max(0, -(-(length - longest) // (longest - OVERLAP_PX)))
    # -(-a // b) rounds up: the networks take multiples of 32 only.
    size = -(-(length + (count - 1) * OVERLAP_PX) // (count * MULTIPLE)) * MULTIPLE
    starts = np.linspace(0, length - size, count).astype(int) // MULTIPLE * MULTIPLE
    pixel = np.arange(length)
    # A triangular window over each part; where two overlap, both together weigh 1.
    windows = np.stack(
        [
            np.clip(np.minimum(pixel - start, start + size - 1 - pixel) + 1, 0, None)
            for start in starts
        ]
    )
    weights = (windows / windows.sum(0)).astype(np.float32)
    for start, weight in zip(starts.tolist(), weights, strict=True):
        part = slice(start, start + size)
        yield part, weight[part]
