"""Boxes around joints, people who leave the frame, and poses that repeat one another."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.detector._topdown.people import (
    People,
    boxes_around,
    pose_similarity,
    within,
    without_repeats,
)
from framework.skeletons import COCO17

SHAPE = np.random.default_rng(0).uniform(-1, 1, (17, 2)) * [20, 50]


def people_at(*places: tuple[float, float], score: float = 0.9) -> People:
    middle = np.array(places, float).reshape(-1, 1, 2)
    keypoints = SHAPE + middle
    corners = np.concatenate([middle[:, 0] - [20, 50], middle[:, 0] + [20, 50]], 1)
    count = len(places)
    boxes = np.column_stack([corners, np.linspace(1, 0.5, count)])
    return People(np.arange(count), boxes, keypoints, np.full((count, 17), score))


def test_a_box_is_around_the_joints_seen_with_an_eighth_of_margin():
    people = people_at((100, 200))
    people.keypoints[0, :4] = [[60, 100], [140, 260], [np.nan, np.nan], [900, 900]]
    people.scores[0] = 0
    people.scores[0, :3] = 0.9
    np.testing.assert_allclose(boxes_around(people, 0.3), [[50, 80, 150, 280, 1]])
    nobody = people.take(np.zeros(0, np.int64))
    assert boxes_around(nobody, 0.3).shape == (0, 5)


def test_boxes_are_clipped_and_people_outside_the_frame_are_left_out():
    people = people_at((20, 50), (635, 100), (655, 100))
    inside = within(people, people.boxes, (640, 480))
    assert inside.numbers.tolist() == [0, 1], "of the third 5 pixels are left"
    np.testing.assert_allclose(inside.boxes[1], [615, 50, 640, 150, 0.75])
    np.testing.assert_allclose(people.boxes[1, :4], [615, 50, 655, 150], err_msg="altered")


def similarity(first: People, second: People, skeleton=COCO17) -> float:
    return float(pose_similarity(first, second, 0, skeleton)[0])


def test_similarity_is_cocos():
    first, second = people_at((100, 200)), people_at((100, 200))
    assert similarity(first, second) == 1
    second.keypoints[0, 0] += [3, 4]
    area, spread = 40 * 100, 2 * COCO17.keypoint_sigmas[0]
    expected = (16 + np.exp(-25 / (2 * area * spread**2))) / 17
    assert similarity(first, second) == pytest.approx(expected)


@given(st.floats(0, 300), st.floats(-300, 300))
@settings(deadline=None, max_examples=40)
def test_similarity_is_symmetric_and_from_0_to_1(dx, dy):
    first, second = people_at((200, 300)), people_at((200 + dx, 300 + dy))
    second.boxes[0, 2] += 15
    alike = similarity(first, second)
    assert 0 <= alike <= 1
    assert alike == pytest.approx(similarity(second, first))


def test_joints_that_one_lacks_do_not_count_and_none_in_common_is_no_similarity():
    first, second = people_at((100, 200)), people_at((100, 200))
    second.keypoints[0, :10] = np.nan
    assert similarity(first, second) == 1
    second.keypoints[:] = np.nan
    assert similarity(first, second) == 0


def test_a_skeleton_without_sigmas_has_a_usual_one():
    first, second = people_at((100, 200)), people_at((105, 200))
    expected = np.exp(-25 / (2 * 4000 * (2 * 0.079) ** 2))
    plain = replace(COCO17, keypoint_sigmas=())
    assert similarity(first, second, plain) == pytest.approx(expected)


def test_of_repeated_poses_the_first_is_kept():
    people = people_at((100, 200), (300, 200), (101, 200), (301, 201), (500, 200))
    assert without_repeats(people, COCO17).tolist() == [0, 1, 4]
    assert without_repeats(people.take(np.zeros(0, np.int64)), COCO17).tolist() == []


def test_detections_have_the_arrays_in_single_precision_and_scores_cut_to_1():
    people = people_at((100, 200), (300, 200))
    people.boxes[0, 4] = 1.3
    metres = np.zeros((2, 17, 3), np.float32)
    found = people.detections(COCO17, 0.3, hint_ids=people.numbers, keypoints_3d=metres)
    assert found.box_scores.tolist() == [1, 0.5]
    np.testing.assert_allclose(found.keypoints, people.keypoints, rtol=1e-6)
    assert found.hint_ids.tolist() == [0, 1]
    assert found.score_threshold == 0.3
    nobody = people.take(np.zeros(0, np.int64)).detections(COCO17, 0.3)
    assert nobody.keypoints.shape == (0, 17, 2)
