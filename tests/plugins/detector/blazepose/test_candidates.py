"""Squares around person boxes."""

import numpy as np

from framework.plugins.detector._blazepose.new_people import Search
from framework.plugins.detector.blazepose.candidates import BoxCandidates


class Fixed:
    device = "cpu"

    def __init__(self, *boxes):
        self.rows = np.array(boxes, float).reshape(-1, 5)

    def boxes(self, frames):
        assert frames.size_wh == (64, 48)
        return [self.rows]


IMAGE = np.zeros((48, 64, 3), np.uint8)


def test_each_box_is_in_the_middle_of_an_upright_square_of_its_longer_side_and_a_quarter():
    candidates = BoxCandidates(Fixed([10, 10, 30, 50, 0.9], [0, 0, 40, 8, 0.4]))
    for search in Search:
        squares = candidates.squares(IMAGE, search)
        np.testing.assert_allclose(squares, [[20, 30, 50, 0], [20, 4, 50, 0]])


def test_nobody_is_no_square():
    assert BoxCandidates(Fixed()).squares(IMAGE, Search.usual).shape == (0, 4)
