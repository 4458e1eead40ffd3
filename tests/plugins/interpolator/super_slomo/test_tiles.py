"""Tiles cover a frame, and their weights blend them without a seam."""

import numpy as np
import pytest

from framework.plugins.interpolator.super_slomo.tiles import padding, split_into_tiles


@pytest.mark.parametrize("size", [(32, 32), (1088, 1920), (768, 800), (288, 2080)])
def test_the_weights_of_the_tiles_sum_up_to_1_everywhere(size):
    total = np.zeros(size)
    for tile in split_into_tiles(*size, 256):
        assert tile.weight.shape[0] <= 256 and tile.weight.shape[1] <= 256
        assert all(side % 32 == 0 for side in tile.weight.shape)
        total[tile.rows, tile.columns] += tile.weight
    np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.parametrize(("size", "most"), [((480, 864), 1.2), ((1088, 1920), 1.3)])
def test_tiles_repeat_little_more_than_they_overlap(size, most):
    computed = sum(tile.weight.size for tile in split_into_tiles(*size, 768))
    assert computed < most * size[0] * size[1]


def test_a_small_frame_is_one_tile_of_weight_1():
    (tile,) = split_into_tiles(480, 768, 768)
    assert (tile.rows, tile.columns) == (slice(0, 480), slice(0, 768))
    assert (tile.weight == 1).all()


def test_neighbouring_tiles_overlap_and_their_weights_fall_towards_each_other():
    left, right = split_into_tiles(32, 384, 256)
    assert (left.columns, right.columns) == (slice(0, 256), slice(128, 384))
    assert left.rows == right.rows == slice(0, 32)
    assert (left.weight[:, :128] == 1).all() and (right.weight[:, 128:] == 1).all()
    shared = left.weight[0, 128:]
    assert (np.diff(shared) < 0).all()
    np.testing.assert_allclose(shared + right.weight[0, :128], 1, atol=1e-6)
    assert shared[63] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("size", "missing"), [((32, 64), (0, 0)), ((33, 63), (31, 1)), ((1080, 1920), (8, 0))]
)
def test_padding_reaches_the_next_multiple_of_32(size, missing):
    assert padding(*size) == missing
