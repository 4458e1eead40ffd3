"""BlazePose's person detector on overlapping tiles of the frame.

The network is a single-shot detector with anchors, as BlazeFace (Bazarevsky et al., arXiv
1907.05047); its outputs follow MediaPipe's ``pose_detection`` graph. It was made for one person
near the camera: on the whole frame it misses small people and all but one of several. In some tile
each of them is large. Tiles overlap, since a person cut by a border is found in neither part.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array, area, intersection, keep_best
from framework.types import Image

from .._inference.litert import LiteRtModel
from .new_people import Search
from .squares import SQUARE_PER_RADIUS, crop, square_from_axis, to_frame

SIZE = 224
_CELLS = ((28, 2), (14, 2), (7, 6))
"""Grids of the network: cells along a side, anchors in each cell."""

_ANCHORS = sum(cells * cells * anchors for cells, anchors in _CELLS)
_OVERLAP = 0.5
"""IoU from which two boxes of one tile are of one person."""

_LOGIT_LIMIT = 100
"""Beyond it the exponential of a logit would overflow."""

_SHARED = 0.25
"""Overlap of neighbouring tiles, as a share of a tile's side."""

_COVERED_BY_TILE = 0.8
"""Share of a person's visible area that a tile must contain, so that it may propose them: a tile
with half a body proposes a wrong square."""
_LAYOUTS = {1: (1,), 3: (1, 2), 9: (1, 2, 3), 30: (6,)}
"""Layouts by their number of tiles: columns (of a wide frame) of each layer; rows are one less."""
_USUAL, _FINE = 9, 30
_LARGE = 1600
"""Longer side, in pixels, of frames in which people may be small and yet large enough to lift."""
_TURNS = 5
"""A usual search takes every fifth tile of the finer layer: each has its turn within 1.5 s."""


class TiledDetector:
    """BlazePose's person detector.

    Args:
        path: ``pose_detection.tflite``.
        threads: of LiteRT.
        threshold: lowest score of a candidate, 0..1.
        n_tiles: 1, 3 or 9; None: 9, and in large frames a finer layer for small people. A usual
            search takes only some tiles of that layer, and the next search the next ones.

    Raises:
        BackendError: the file is not this model.
    """

    def __init__(self, path: Path, threads: int, threshold: float, n_tiles: int | None) -> None:
        outputs = ((1, _ANCHORS, 12), (1, _ANCHORS, 1))
        self._model = LiteRtModel(path, threads, (1, SIZE, SIZE, 3), outputs)
        self._threshold = threshold
        self._n_tiles = n_tiles
        self._turn = 0
        self._anchors = anchors()

    def squares(self, image: Image, search: Search) -> Array:
        """Return (N, 4) squares around candidates, best first; their centres are the hips.

        Raises:
            StageError: inference failed.
        """
        height, width = image.shape[:2]
        chosen = tiles(width, height, 1 if search is Search.fast else self._n_tiles or _USUAL)
        if self._n_tiles is None and search is not Search.fast and max(width, height) >= _LARGE:
            chosen = np.concatenate([chosen, self._fine(width, height, search)])
        return self._within_each(image, chosen)[0]

    def _fine(self, width: int, height: int, search: Search) -> Array:
        """Tiles of the finer layer: all of them, or those whose turn it is."""
        layer = tiles(width, height, _FINE)
        if search is Search.thorough:
            self._turn = 0
            return layer
        self._turn += 1
        return layer[self._turn % _TURNS :: _TURNS]

    def candidates(self, image: Image, n_tiles: int) -> tuple[Array, Array]:
        """Return (N, 4) squares around candidates and (N,) scores, best first.

        Neighbouring tiles may propose the same person; `rules.distinct` drops the repetition.
        """
        height, width = image.shape[:2]
        return self._within_each(image, tiles(width, height, n_tiles))

    def _within_each(self, image: Image, chosen: Array) -> tuple[Array, Array]:
        found = [self._within(image, tile) for tile in chosen]
        squares, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        # Stable, so that equal scores come in the same order on every machine.
        order = np.argsort(-scores, kind="stable")
        return squares[order], scores[order]

    def _within(self, image: Image, tile: Array) -> tuple[Array, Array]:
        left, top, right, bottom = tile.astype(int)
        middle = np.array([right - left, bottom - top]) / 2
        square = np.array([*middle, 2 * middle.max(), 0.0])
        # The border of the crop is black, -1 to the network, and hides what lies outside the tile.
        pixels = crop(image[top:bottom, left:right], square, SIZE)[None].astype(np.float32)
        # The network takes -1..1.
        raw, logits = self._model(pixels / np.float32(127.5) - 1)
        boxes, hips, tops, scores = decode(raw[0], logits[0, :, 0], self._anchors, self._threshold)
        # MediaPipe averages overlapping boxes instead; here the best one stands for them.
        kept = keep_best(boxes, scores, _OVERLAP)
        square[:2] += tile[:2]
        hips, tops = (to_frame(points[kept] * SIZE, square, SIZE) for points in (hips, tops))
        candidates = square_from_axis(hips, tops, SQUARE_PER_RADIUS)
        covered = _covered_by(tile, candidates, image.shape[1], image.shape[0])
        return candidates[covered], scores[kept][covered]


def anchors() -> Array:
    """(2254, 2) centres of the network's cells, 0..1, row by row from the finest grid."""
    grids = []
    for cells, repeat in _CELLS:
        line = (np.arange(cells) + 0.5) / cells
        centres = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
        # Anchors of one cell follow each other, as in the network's output rows.
        grids.append(np.repeat(centres, repeat, axis=0))
    return np.concatenate(grids)


def decode(
    raw: NDArray[np.float32], logits: NDArray[np.float32], centres: Array, threshold: float
) -> tuple[Array, Array, Array, Array]:
    """Read the network's outputs.

    Args:
        raw: (A, 12) box x, y, w, h and four points x, y, in pixels from the anchor. The first two
            points are the middle of the hips and the top of a circle around the person.
        logits: (A,) scores.
        centres: (A, 2) of `anchors`.
        threshold: lowest score of a row that is returned, 0..1.

    Returns:
        Boxes (N, 4), middle of the hips (N, 2), top of the circle around the person (N, 2), all
        0..1 of the network's input image, and scores (N,).
    """
    scores = 1 / (1 + np.exp(-logits.astype(np.float64).clip(-_LOGIT_LIMIT, _LOGIT_LIMIT)))
    seen = scores >= threshold
    values = raw[seen].astype(np.float64) / SIZE
    # Anchors have a size of 1: offsets and sizes are shares of the input image alone.
    origin = centres[seen]
    centre, half = origin + values[:, :2], values[:, 2:4] / 2
    boxes = np.concatenate([centre - half, centre + half], 1)
    return boxes, origin + values[:, 4:6], origin + values[:, 6:8], scores[seen]


def tiles(width: int, height: int, count: int) -> Array:
    """(count, 4) tiles ``x1 y1 x2 y2`` in whole pixels: the frame, and finer layers over it.

    Layers have one row less than columns, the other way round in a portrait frame: people are
    taller than wide, so tiles near to square hold more of them.
    """
    layers = []
    for long in _LAYOUTS[count]:
        short = max(long - 1, 1)
        columns, rows = (long, short) if width >= height else (short, long)
        across, down = _spans(width, columns), _spans(height, rows)
        layers += [(x1, y1, x2, y2) for y1, y2 in down for x1, x2 in across]
    return np.array(layers, np.float64)


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    """Cut a length into equal spans that overlap."""
    # From span + (count - 1) * (1 - _SHARED) * span = length.
    span = length / (1 + (1 - _SHARED) * (count - 1))
    starts = [(1 - _SHARED) * span * number for number in range(count)]
    # Rounded outwards, so that a frame of a few pixels has no empty tile.
    return [(int(start), min(length, int(np.ceil(start + span)))) for start in starts]


def _covered_by(tile: Array, squares: Array, width: int, height: int) -> NDArray[np.bool_]:
    """(N,) bool: the tile contains most of what the frame shows of the person."""
    radius = squares[:, 2:3] / SQUARE_PER_RADIUS
    around = np.concatenate([squares[:, :2] - radius, squares[:, :2] + radius], 1)
    # Only what the frame shows counts, or nobody at its border would be covered.
    around = around.clip(0, np.array([width, height] * 2))
    visible = area(around)
    enough: NDArray[np.bool_] = intersection(tile, around) >= _COVERED_BY_TILE * visible
    return enough & (visible > 0)
