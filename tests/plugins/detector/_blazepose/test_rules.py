"""Which candidates are people, and which poses are of the same person."""

from dataclasses import replace

import numpy as np

from framework.plugins.detector._blazepose import rules
from framework.plugins.detector._blazepose.landmarks import PoseLandmarks
from framework.skeletons import BLAZEPOSE33

IMAGE = np.zeros((480, 640, 3), np.uint8)


def square(x: float, y: float = 240.0, side: float = 200.0, angle: float = 0.0) -> np.ndarray:
    return np.array([x, y, side, angle])


def standing(at: np.ndarray, presence: float = 1.0) -> PoseLandmarks:
    """An upright stick person in a square."""
    rows = {"shoulder": -0.2, "hip": 0.0, "knee": 0.2, "ankle": 0.38, "elbow": -0.1, "wrist": 0.0}
    points = np.zeros((33, 2))
    points[:, 1] = -0.3
    for joint, row in rows.items():
        for side, column in (("left", 0.06), ("right", -0.06)):
            points[BLAZEPOSE33.index(f"{side}_{joint}")] = column, row
    return PoseLandmarks(
        square=at,
        presence=presence,
        keypoints=at[:2] + at[2] * points,
        visibility=np.ones(33),
        world=np.zeros((33, 3)),
    )


def test_candidates_that_repeat_a_better_one_or_a_known_person_are_dropped():
    candidates = np.array(
        [square(100), square(110), square(110, side=400), square(300), square(500, side=39)]
    )
    kept = rules.distinct(candidates, np.array([square(310)]))
    np.testing.assert_array_equal(kept, candidates[[0, 2]])
    assert rules.distinct(np.zeros((0, 4)), np.zeros((0, 4))).shape == (0, 4)


def test_an_upside_down_pose_is_of_the_same_person_and_one_beside_is_not():
    person = standing(square(300))
    turned = replace(person, keypoints=2 * person.square[:2] - [0, 40] - person.keypoints)
    assert rules.same_person(person, turned)
    assert not rules.same_person(person, standing(square(350)))


def test_a_smaller_skeleton_within_a_person_is_a_part_of_that_person():
    person = standing(square(300))
    assert rules.is_part_of(standing(square(300, 220, side=100)), person)
    assert not rules.is_part_of(person, standing(square(300, 220, side=100)))
    assert not rules.is_part_of(standing(square(420, 220, side=100)), person)


def test_landmarks_far_from_their_candidate_or_of_another_size_do_not_agree():
    assert rules.agrees_with(square(300), standing(square(340)))
    assert not rules.agrees_with(square(300), standing(square(360)))
    assert not rules.agrees_with(square(300), standing(square(300, side=400)))
