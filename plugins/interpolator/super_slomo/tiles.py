"""Large pictures in overlapping tiles, laid over each other without a seam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from framework.types import Floats

from .network import MULTIPLE

OVERLAP_PX = 128
"""By about how much neighbours overlap: motion larger than that is lost at a tile's edge."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a padded picture.

    Attributes:
        rows, columns: of the picture.
        weight: (rows, columns) float32, falling towards the edges that have a neighbour; the
            weights of all tiles over one pixel sum up to 1.
    """

    rows: slice
    columns: slice
    weight: Floats


def padding(height: int, width: int) -> tuple[int, int]:
    """Rows and columns that are missing to multiples of 32."""
    return -height % MULTIPLE, -width % MULTIPLE


def tiles(height: int, width: int, longest: int) -> Iterator[Tile]:
    """Tiles that cover a padded picture; one if it is small enough.

    Args:
        height: a multiple of 32, like width.
        width: ...
        longest: side of a tile, a multiple of 32.
    """
    for rows, down in _spans(height, longest):
        for columns, across in _spans(width, longest):
            yield Tile(rows, columns, down[:, None] * across)


def _spans(length: int, longest: int) -> Iterator[tuple[slice, Floats]]:
    """Parts of a side with their weights, all of one length: as few as may be, then as short."""
    count = 1 + max(0, -(-(length - longest) // (longest - OVERLAP_PX)))
    size = -(-(length + (count - 1) * OVERLAP_PX) // (count * MULTIPLE)) * MULTIPLE
    starts = np.linspace(0, length - size, count).astype(int) // MULTIPLE * MULTIPLE
    where = np.arange(length)
    # A hat over each part; where two overlap, both together weigh 1.
    hats = np.stack(
        [
            np.clip(np.minimum(where - start, start + size - 1 - where) + 1, 0, None)
            for start in starts
        ]
    )
    weights = (hats / hats.sum(0)).astype(np.float32)
    for start, weight in zip(starts.tolist(), weights, strict=True):
        part = slice(start, start + size)
        yield part, weight[part]
