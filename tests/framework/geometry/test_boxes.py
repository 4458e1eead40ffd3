"""Box arithmetic."""

import numpy as np

from framework.geometry.boxes import area, intersection, iou, keep_best


def test_overlap_of_boxes():
    first, second = np.array([0.0, 0, 10, 10]), np.array([[5.0, 0, 15, 10], [20, 20, 30, 30]])
    np.testing.assert_allclose(intersection(first, second), [50, 0])
    np.testing.assert_allclose(iou(first, second), [1 / 3, 0])
    assert area(np.array([5.0, 5, 4, 9])) == 0


def test_the_best_box_of_a_group_stays():
    boxes = np.array([[0.0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10], [0, 1, 10, 11]])
    assert keep_best(boxes, np.array([0.8, 0.9, 0.3, 0.85]), 0.5).tolist() == [1, 2]
    assert keep_best(np.zeros((0, 4)), np.zeros(0), 0.5).tolist() == []
