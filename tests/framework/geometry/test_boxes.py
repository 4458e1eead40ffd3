"""Areas, overlaps and non-maximum suppression, against slow formulations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from framework.geometry.boxes import area, intersection, iou, keep_best

CORNERS = arrays(np.float64, (6, 4), elements=st.integers(0, 12).map(float))


def slow_iou(first, second):
    """By counting unit squares of boxes with whole corners."""

    def cells(box):
        x1, y1, x2, y2 = (int(side) for side in box)
        return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}

    one, two = cells(first), cells(second)
    return len(one & two) / len(one | two) if one | two else 0.0


@given(CORNERS)
def test_iou_is_the_share_of_common_unit_squares(boxes):
    found = iou(boxes[:, None], boxes[None])
    for row, first in enumerate(boxes):
        for column, second in enumerate(boxes):
            assert found[row, column] == pytest.approx(slow_iou(first, second), abs=1e-12)


def test_area_is_width_times_height_and_nothing_of_a_box_inside_out():
    boxes = np.array([[1.0, 2, 4, 7], [4, 7, 1, 2], [1, 2, 0, 9]])
    assert area(boxes).tolist() == [15, 0, 0]
    assert intersection(boxes[0], np.array([3.0, 0, 9, 4])) == 2


def test_iou_of_boxes_smaller_than_a_pixel_is_exact():
    small = np.array([0.0, 0, 1e-3, 2e-3])
    assert iou(small, small) == pytest.approx(1)
    assert iou(small, small + np.array([0, 1e-3, 0, 1e-3])) == pytest.approx(1 / 3)


def test_empty_boxes_overlap_nothing():
    nothing = np.zeros(4)
    assert iou(nothing, nothing) == 0


def slow_keep(boxes, scores, overlap):
    """Take the best box that no box taken before covers too much, again and again."""
    kept = []
    for index in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(slow_iou(boxes[index], boxes[other]) <= overlap for other in kept):
            kept.append(index)
    return kept


@given(CORNERS, st.permutations(range(6)), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_a_box_stays_unless_it_overlaps_a_better_one_too_much(boxes, order, overlap):
    scores = np.array(order) / 10
    assert keep_best(boxes, scores, overlap).tolist() == slow_keep(boxes, scores, overlap)


def test_a_box_stays_at_exactly_the_limit():
    boxes = np.array([[0.0, 0, 2, 2], [0, 0, 2, 1], [5, 5, 6, 6]])
    scores = np.array([0.9, 0.8, 0.1])
    assert iou(boxes[0], boxes[1]) == 0.5
    assert keep_best(boxes, scores, 0.5).tolist() == [0, 1, 2]
    assert keep_best(boxes, scores, 0.49).tolist() == [0, 2]


def test_of_no_boxes_none_stay():
    assert keep_best(np.zeros((0, 4)), np.zeros(0), 0.5).tolist() == []
