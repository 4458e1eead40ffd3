"""Anchors, decoding and tiles of the person detector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.detector._blazepose.new_people import Search
from framework.plugins.detector._blazepose.tiles import TiledDetector, anchors, decode, tiles

sides = st.integers(1, 4000)


def test_anchors_are_the_cell_centres_of_three_grids():
    centres = anchors()
    assert centres.shape == (2254, 2)
    expected = [
        ((column + 0.5) / cells, (row + 0.5) / cells)
        for cells, repeat in ((28, 2), (14, 2), (7, 6))
        for row in range(cells)
        for column in range(cells)
        for _ in range(repeat)
    ]
    np.testing.assert_allclose(centres, expected)


def test_a_row_is_read_as_pixels_from_its_anchor():
    raw = np.zeros((2254, 12), np.float32)
    logits = np.full(2254, -1000, np.float32)
    row = 2 * (28 * 3 + 5)  # column 5, row 3 of the finest grid
    raw[row, :8] = [22.4, 0, 44.8, 67.2, 0, 11.2, 0, -33.6]
    logits[row] = 2.0
    boxes, hips, tops, scores = decode(raw, logits, anchors(), 0.5)
    centre = np.array([5.5 / 28, 3.5 / 28])
    box = np.array([0.0, -0.15, 0.2, 0.15]) + np.tile(centre, 2)
    np.testing.assert_allclose(boxes, box[None], atol=1e-6)
    np.testing.assert_allclose(hips, (centre + np.array([0, 0.05]))[None], atol=1e-6)
    np.testing.assert_allclose(tops, (centre + np.array([0, -0.15]))[None], atol=1e-6)
    assert scores[0] == pytest.approx(1 / (1 + np.exp(-2)))


def test_scores_below_the_threshold_and_absurd_ones_are_harmless():
    raw, logits = np.zeros((2254, 12), np.float32), np.zeros(2254, np.float32)
    logits[:3] = [1e30, -1e30, -0.001]
    _, _, _, scores = decode(raw, logits, anchors(), 0.500001)
    assert scores.tolist() == [1.0]


@given(sides, sides, st.sampled_from([1, 3, 9]))
@settings(deadline=None, max_examples=60)
def test_each_layer_of_tiles_covers_the_frame_and_nothing_else(width, height, count):
    layout = tiles(width, height, count)
    assert layout.shape == (count, 4)
    assert layout[0].tolist() == [0, 0, width, height]
    assert (layout[:, :2] >= 0).all()
    assert (layout[:, 2:] <= [width, height]).all()
    assert (layout[:, 2:] > layout[:, :2]).all(), "no tile is empty"
    for layer in (layout[:1], layout[1:3], layout[3:]):
        for start, stop, length in ((0, 2, width), (1, 3, height)):
            if len(layer):
                spans = sorted({(int(tile[start]), int(tile[stop])) for tile in layer})
                reached = 0
                for low, high in spans:
                    assert low <= reached, "no gap"
                    reached = max(reached, high)
                assert reached == length


def test_neighbouring_tiles_share_a_quarter():
    layout = tiles(1280, 720, 9)
    left, right = layout[1], layout[2]
    assert (left[2] - right[0]) / (left[2] - left[0]) == pytest.approx(0.25, abs=0.01)
    assert len(np.unique(layout[3:, 0])) == 3
    assert len(np.unique(tiles(720, 1280, 9)[3:, 0])) == 2


class Watched(TiledDetector):
    """Notes which tiles are searched."""

    def __init__(self, n_tiles):
        self._n_tiles, self._turn = n_tiles, 0
        self.searched = []

    def _within_each(self, image, chosen):
        self.searched.append({tuple(tile) for tile in chosen.tolist()})
        return np.zeros((0, 4)), np.zeros(0)


def searched(size_wh, *searches, n_tiles=None):
    detector = Watched(n_tiles)
    for search in searches:
        detector.squares(np.zeros((*size_wh[::-1], 3), np.uint8), search)
    return detector.searched


def test_large_frames_have_a_finer_layer_that_takes_turns():
    usual = [Search.usual] * 5
    every, *turns = searched((1920, 1080), Search.thorough, *usual)
    assert len(every) == 39
    assert [len(turn) for turn in turns] == [15] * 5
    assert set.union(*turns) == every
    assert searched((1920, 1080), Search.thorough, *usual, Search.thorough, *usual)[6:] == [
        every, *turns
    ]  # fmt: skip


def test_small_frames_and_fast_searches_have_not():
    assert len(searched((1280, 720), Search.thorough)[0]) == 9
    assert len(searched((1920, 1080), Search.fast)[0]) == 1
    assert len(searched((1920, 1080), Search.thorough, n_tiles=9)[0]) == 9
