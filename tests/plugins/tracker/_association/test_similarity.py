"""Keypoint and colour similarity against formulations that loop, and known values."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.tracker._association.similarity import (
    appearance_distance_matrix,
    appearance_distances,
    body_sizes,
    corner_boxes,
    covered_areas,
    keypoint_similarity,
    point_sigmas,
    tracked_points,
)
from framework.skeletons import BLAZEPOSE33, COCO17, Skeleton


def slow_similarity(points, variance, others, size, sigmas):
    """Of one pair, as the docstring states it."""
    terms = []
    for p, v, q, sigma in zip(points, variance, others, sigmas, strict=True):
        if not (math.isnan(p[0]) or math.isnan(q[0])):
            square = (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2
            terms.append(math.exp(-square / (2 * size**2 * ((2 * sigma) ** 2 + v))))
    return sum(terms) / len(terms) if terms else 0.0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), most=st.sampled_from([0.0, 0.2]))
def test_similarity_is_cocos_oks_with_the_variance_of_the_prediction_added(seed, most):
    rng = np.random.default_rng(seed)
    points, others = rng.uniform(0, 60, (2, 5, 2)), rng.uniform(0, 60, (3, 5, 2))
    points[0, 2] = others[1, 4] = np.nan
    variance = rng.uniform(0, most, (2, 5))
    sizes, sigmas = np.array([80.0, 200.0]), np.array([0.02, 0.05, 0.1, 0.08, 0.3])
    got = keypoint_similarity(points, variance, others, sizes, sigmas)
    assert got.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            wanted = slow_similarity(points[i], variance[i], others[j], sizes[i], sigmas)
            assert got[i, j] == pytest.approx(wanted, rel=1e-9)


def test_a_pair_without_a_common_point_has_similarity_0():
    nowhere = np.full((1, 4, 2), np.nan)
    got = keypoint_similarity(nowhere, np.zeros((1, 4)), nowhere, np.ones(1), np.ones(4))
    assert got.tolist() == [[0.0]]


def test_one_common_point_is_enough():
    points, others = np.full((1, 3, 2), np.nan), np.full((1, 3, 2), 5.0)
    points[0, 1] = 5.0
    got = keypoint_similarity(points, np.zeros((1, 3)), others, np.ones(1), np.ones(3))
    assert got.tolist() == [[1.0]]


def histograms(rng, people, parts=3, colours=8):
    mixed = rng.dirichlet(np.full(colours, 0.3), (people, parts)).astype(np.float32)
    mixed[rng.random((people, parts)) < 0.3] = np.nan
    return mixed


def slow_distance(one, other):
    """Mean Hellinger distance of the parts that both have; NaN where there is none."""
    known = [
        math.sqrt(max(0.0, 1 - sum(math.sqrt(p * q) for p, q in zip(a, b, strict=True))))
        for a, b in zip(one.astype(float), other.astype(float), strict=True)
        if not (np.isnan(a).any() or np.isnan(b).any())
    ]
    return sum(known) / len(known) if known else math.nan


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_distances_of_colours_are_those_of_a_loop(seed):
    rng = np.random.default_rng(seed)
    people, others = histograms(rng, 3), histograms(rng, 4)
    wanted = [[slow_distance(one, other) for other in others] for one in people]
    np.testing.assert_allclose(appearance_distance_matrix(people, others), wanted, atol=2e-3)
    pairs = [slow_distance(one, other) for one, other in zip(people, others[:3], strict=True)]
    np.testing.assert_allclose(appearance_distances(people, others[:3]), pairs, atol=1e-3)


def test_equal_colours_have_distance_0_and_colours_without_overlap_1():
    red, blue = np.eye(2, dtype=np.float32)[:, None]
    both = np.stack([red, blue])
    assert appearance_distance_matrix(both, both).tolist() == [[0, 1], [1, 0]]
    assert appearance_distances(both, both[::-1]).tolist() == [1, 1]


def test_histograms_that_sum_to_slightly_more_than_1_have_distance_0():
    rounded = np.full((1, 1, 8), 1 / 8 + 1e-6, np.float32)
    assert appearance_distance_matrix(rounded, rounded).tolist() == [[0.0]]
    assert appearance_distances(rounded, rounded).tolist() == [0.0]


def test_colours_of_nobody_are_a_matrix_without_rows_or_columns():
    empty, one = np.zeros((0, 3, 8), np.float32), np.full((1, 3, 8), 1 / 8, np.float32)
    assert appearance_distance_matrix(empty, one).shape == (0, 1)
    assert appearance_distance_matrix(one, empty).shape == (1, 0)


@pytest.mark.parametrize("skeleton", [COCO17, BLAZEPOSE33])
def test_sigmas_are_the_skeletons_and_two_for_the_corners_of_the_box(skeleton):
    assert point_sigmas(skeleton).tolist() == [*skeleton.keypoint_sigmas, 0.1, 0.1]


def test_a_skeleton_without_sigmas_has_those_of_a_shoulder():
    plain = Skeleton(name="plain", joints=("a", "b"), bones=((0, 1),))
    shoulder = COCO17.keypoint_sigmas[COCO17.index("left_shoulder")]
    assert point_sigmas(plain).tolist() == [shoulder, shoulder, 0.1, 0.1]


@pytest.fixture
def pair(make_detections):
    return make_detections(np.random.default_rng(0).uniform(100, 200, (2, 17, 2)))


def test_tracked_points_are_the_joints_and_the_corners_of_the_box(pair):
    points = tracked_points(pair)
    assert points.dtype == np.float64
    assert np.array_equal(points[:, :17], pair.keypoints)
    assert np.array_equal(points[:, 17], pair.boxes[:, :2])
    assert np.array_equal(points[:, 18], pair.boxes[:, 2:])
    assert np.array_equal(corner_boxes(points), pair.boxes)


def test_a_joint_is_visible_from_the_score_threshold_of_its_detector(pair):
    pair.keypoint_scores[0, :2] = 0.3, np.nextafter(np.float32(0.3), np.float32(0))
    points = tracked_points(replace(pair, score_threshold=float(np.float32(0.3))))
    assert np.isfinite(points[0, 0]).all()
    assert np.isnan(points[0, 1]).all()


def test_joints_below_the_threshold_cover_no_area(pair):
    pair.keypoints[0, 3] = 5000
    pair.keypoint_scores[0, 3] = 0.1
    visible = np.delete(pair.keypoints[0], 3, axis=0)
    assert covered_areas(pair)[0] == pytest.approx(np.prod(visible.max(0) - visible.min(0)))


def test_a_person_without_visible_joints_covers_the_box(pair):
    pair.keypoints[1] = np.nan
    pair.keypoint_scores[:] = 0.9
    low, high = pair.boxes[1, :2], pair.boxes[1, 2:]
    assert covered_areas(pair)[1] == pytest.approx(np.prod(high - low))
    assert covered_areas(pair)[0] < np.prod(pair.boxes[0, 2:] - pair.boxes[0, :2])


def test_a_body_size_is_the_square_root_of_the_area_and_at_least_one_pixel():
    boxes = np.array([[0, 0, 0, 0], [10, 20, 13, 32], [0, 0, 0.5, 0.5]], float)
    assert body_sizes(boxes).tolist() == [1.0, 6.0, 1.0]
