"""Overlap and keypoint similarity against formulations that loop."""

import math

import numpy as np
import pytest

from framework.plugins.tracker._association.similarity import (
    body_sizes,
    covered_areas,
    overlap,
    point_sigmas,
    point_similarity,
    tracked_points,
)
from framework.skeletons import BLAZEPOSE33, COCO17, Skeleton


def test_overlap_of_known_boxes():
    one = np.array([[0, 0, 10, 10], [0, 0, 0, 0]], float)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10], [0, 0, 0, 0]], float)
    assert overlap(one, others) == pytest.approx(np.array([[1, 1 / 3, 0, 0], [0, 0, 0, 0]]))


def test_similarity_is_cocos_oks_where_the_prediction_is_certain():
    rng = np.random.default_rng(1)
    points, others = rng.uniform(0, 60, (2, 5, 2)), rng.uniform(0, 60, (3, 5, 2))
    points[0, 2] = others[1, 4] = np.nan
    sizes, sigmas = np.array([80.0, 200.0]), np.array([0.02, 0.05, 0.1, 0.08, 0.3])
    got = point_similarity(points, np.zeros((2, 5)), others, sizes, sigmas)
    for i in range(2):
        for j in range(3):
            terms = []
            for p, q, sigma in zip(points[i], others[j], sigmas, strict=True):
                if not (math.isnan(p[0]) or math.isnan(q[0])):
                    square = (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2
                    terms.append(math.exp(-square / (2 * sizes[i] ** 2 * (2 * sigma) ** 2)))
            assert got[i, j] == pytest.approx(sum(terms) / len(terms))


def test_similarity_is_kinder_where_the_prediction_is_uncertain():
    here, there = np.zeros((1, 4, 2)), np.full((1, 4, 2), 20.0)
    size, sigmas = np.array([100.0]), np.full(4, 0.05)
    sure = point_similarity(here, np.zeros((1, 4)), there, size, sigmas)
    unsure = point_similarity(here, np.full((1, 4), 0.2**2), there, size, sigmas)
    assert sure < 0.1
    assert unsure > 0.4


def test_no_common_point_is_no_likeness():
    nowhere = np.full((1, 4, 2), np.nan)
    got = point_similarity(nowhere, np.zeros((1, 4)), nowhere, np.ones(1), np.ones(4))
    assert got.tolist() == [[0.0]]


@pytest.mark.parametrize("skeleton", [COCO17, BLAZEPOSE33])
def test_sigmas_are_the_skeletons_and_two_for_the_box(skeleton):
    sigmas = point_sigmas(skeleton)
    assert sigmas[:-2].tolist() == list(skeleton.keypoint_sigmas)
    assert len(sigmas) == len(skeleton.joints) + 2


def test_a_skeleton_without_sigmas_has_plain_ones():
    plain = Skeleton(name="plain", joints=("a", "b"), bones=((0, 1),))
    assert (point_sigmas(plain) > 0).all()


def test_joints_below_the_threshold_do_not_count(make_detections):
    frame = make_detections(np.random.default_rng(0).uniform(100, 200, (1, 17, 2)))
    frame.keypoints[0, 3] = 5000
    frame.keypoint_scores[0, 3] = 0.1
    assert np.isnan(tracked_points(frame)[0, 3]).all()
    seen = np.delete(frame.keypoints[0], 3, axis=0)
    assert covered_areas(frame) == pytest.approx(np.prod(seen.max(0) - seen.min(0)))


def test_who_shows_no_joint_covers_the_box(make_detections):
    frame = make_detections(np.random.default_rng(0).uniform(100, 200, (2, 17, 2)))
    frame.keypoints[1] = np.nan
    frame.keypoint_scores[:] = 0.9
    low, high = frame.boxes[1, :2], frame.boxes[1, 2:]
    assert covered_areas(frame)[1] == pytest.approx(np.prod(high - low))


def test_a_body_size_is_never_zero():
    assert body_sizes(np.zeros((1, 4))).tolist() == [1.0]
