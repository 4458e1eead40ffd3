"""Limb joints of one network on the landmarks of another: corrections, rates, swapped sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.plugins.detector._blazepose.landmarks import PoseLandmarks
from framework.plugins.detector.blazepose.limbs import LimbCorrector
from framework.skeletons import BLAZEPOSE33, COCO17

IMAGE = np.zeros((200, 200, 3), np.uint8)
SIDE = 100.0
LANDMARKS = [BLAZEPOSE33.index(joint) for joint in COCO17.joints]
# Metres about the hips; x to the person's left, y up, z to the front.
BODY = {
    "nose": (0, 0.65, 0.12),
    "eye": (0.03, 0.68, 0.1),
    "ear": (0.07, 0.66, 0),
    "shoulder": (0.18, 0.48, 0),
    "elbow": (0.32, 0.25, 0),
    "wrist": (0.4, 0.02, 0.1),
    "hip": (0.1, 0, 0),
    "knee": (0.12, -0.42, 0.03),
    "ankle": (0.13, -0.82, 0),
}


def person(facing_rad: float = 0.0) -> np.ndarray:
    """(17, 2) COCO-17 pixels of a person who faces the camera, turned about the vertical."""
    points = []
    for joint in COCO17.joints:
        side, _, name = joint.rpartition("_")
        x, y, z = BODY[name]
        x *= -1 if side == "right" else 1
        # Whoever faces the camera has the left side at the right of the image.
        points.append((x * np.cos(facing_rad) + z * np.sin(facing_rad), -y))
    return 100 + 50 * np.array(points)


def landmarks(keypoints: np.ndarray, side: float = SIDE) -> PoseLandmarks:
    """BlazePose's landmarks with these COCO-17 joints; each other one lies at its index."""
    points = np.tile(np.arange(33.0)[:, None], (1, 2))
    points[LANDMARKS] = keypoints
    return PoseLandmarks(
        square=np.array([100, 100, side, 0.0]),
        presence=1.0,
        keypoints=points,
        visibility=np.linspace(0.5, 1, 33),
        world=np.arange(99.0).reshape(33, 3),
    )


class Scripted:
    """Answers with given keypoints, one array a call, the last one again and again."""

    def __init__(self, *answers: np.ndarray) -> None:
        self.answers, self.calls = list(answers), 0

    def estimate(self, image: np.ndarray, square: np.ndarray) -> np.ndarray:
        self.calls += 1
        return self.answers[min(self.calls, len(self.answers)) - 1]


def swapped(keypoints: np.ndarray, *words: str) -> np.ndarray:
    """Left and right of the joints with these words exchanged."""
    result = keypoints.copy()
    for index, joint in enumerate(COCO17.joints):
        if joint.endswith(words):
            result[index] = keypoints[COCO17.mirror[index]]
    return result


LEGS, ARMS = ("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")


def test_limb_joints_are_those_of_the_estimator_and_all_else_stays():
    given_pose = landmarks(person())
    better = person() + 3
    corrected, _ = LimbCorrector(Scripted(better), 15).correct(IMAGE, 0.0, given_pose, None)
    limbs = slice(5, 17)
    np.testing.assert_allclose(corrected.keypoints[LANDMARKS][limbs], better[limbs])
    rest = np.setdiff1d(np.arange(33), LANDMARKS[limbs])
    np.testing.assert_array_equal(corrected.keypoints[rest], given_pose.keypoints[rest])
    np.testing.assert_array_equal(corrected.world, given_pose.world)
    np.testing.assert_array_equal(corrected.square, given_pose.square)


def test_between_its_runs_the_last_correction_is_kept_in_proportion_to_the_square():
    estimator = Scripted(person() + np.array([2, 0]))
    corrector = LimbCorrector(estimator, rate_hz=10)
    _, state = corrector.correct(IMAGE, 0.0, landmarks(person()), None)
    for time_s in (0.033, 0.067):
        nearer = landmarks(person(), side=2 * SIDE)
        corrected, state = corrector.correct(IMAGE, time_s, nearer, state)
        moved = corrected.keypoints[LANDMARKS] - person()
        np.testing.assert_allclose(moved[5:], np.tile((4.0, 0), (12, 1)), atol=1e-9)
    assert estimator.calls == 1
    corrector.correct(IMAGE, 0.1, landmarks(person()), state)
    assert estimator.calls == 2


@pytest.mark.parametrize("fps", [5, 24, 25, 30, 60, 120])
def test_the_estimator_keeps_to_the_clock_whatever_the_frame_rate(fps):
    estimator, state = Scripted(person()), None
    corrector = LimbCorrector(estimator, rate_hz=15)
    for frame in range(2 * fps):
        _, state = corrector.correct(IMAGE, frame / fps, landmarks(person()), state)
    assert estimator.calls <= 30 + 1
    assert estimator.calls >= min(2 * fps, 20)


def test_a_joint_that_is_somewhere_else_altogether_is_not_corrected():
    better = person() + 1
    better[COCO17.index("left_wrist")] += 40
    corrected, _ = LimbCorrector(Scripted(better), 15).correct(
        IMAGE, 0.0, landmarks(person()), None
    )
    found = corrected.keypoints[LANDMARKS]
    wrist, elbow = COCO17.index("left_wrist"), COCO17.index("left_elbow")
    np.testing.assert_array_equal(found[wrist], person()[wrist])
    np.testing.assert_allclose(found[elbow], better[elbow])


@pytest.mark.parametrize(("words", "others"), [(LEGS, "heel"), (ARMS, "index")])
def test_of_a_new_person_the_estimators_sides_are_taken_in_2d_and_3d(words, others):
    mistaken = landmarks(swapped(person(), *words))
    corrected, _ = LimbCorrector(Scripted(person()), 15).correct(IMAGE, 0.0, mistaken, None)
    np.testing.assert_allclose(corrected.keypoints[LANDMARKS][5:], person()[5:])
    for joint in (words[-1], others):
        left, right = BLAZEPOSE33.index(f"left_{joint}"), BLAZEPOSE33.index(f"right_{joint}")
        np.testing.assert_array_equal(corrected.world[left], mistaken.world[right])
        assert corrected.visibility[left] == mistaken.visibility[right]
    untouched = BLAZEPOSE33.index("left_hip" if words is ARMS else "left_wrist")
    np.testing.assert_array_equal(corrected.world[untouched], mistaken.world[untouched])


@pytest.mark.parametrize("words", [LEGS, ARMS, LEGS + ARMS])
def test_an_estimator_that_swaps_sides_against_the_frames_before_is_turned_back(words):
    estimator = Scripted(person(), swapped(person() + 2, *words))
    corrector = LimbCorrector(estimator, rate_hz=100)
    _, state = corrector.correct(IMAGE, 0.0, landmarks(person()), None)
    pose = landmarks(person())
    corrected, _ = corrector.correct(IMAGE, 0.05, pose, state)
    np.testing.assert_allclose(corrected.keypoints[LANDMARKS][5:], (person() + 2)[5:])
    np.testing.assert_array_equal(corrected.world, pose.world)


@pytest.mark.parametrize("words", [LEGS, ARMS, LEGS + ARMS])
def test_landmarks_that_swap_sides_between_two_runs_are_turned_back(words):
    corrector = LimbCorrector(Scripted(person() + 1), rate_hz=1)
    _, state = corrector.correct(IMAGE, 0.0, landmarks(person()), None)
    mistaken = landmarks(swapped(person(), *words))
    corrected, state = corrector.correct(IMAGE, 0.04, mistaken, state)
    np.testing.assert_allclose(corrected.keypoints[LANDMARKS][5:], (person() + 1)[5:])
    # And back again, when the landmarks are right again.
    corrected, _ = corrector.correct(IMAGE, 0.08, landmarks(person()), state)
    np.testing.assert_allclose(corrected.keypoints[LANDMARKS][5:], (person() + 1)[5:])


@given(
    turn_rad=st.floats(-12, 12),
    begin_rad=st.floats(0, 6.3),
    noise_px=st.floats(0, 1.5),
    rate_hz=st.sampled_from([5, 15, 60]),
    seed=st.integers(0, 999),
)
def test_whoever_turns_around_keeps_both_sides(turn_rad, begin_rad, noise_px, rate_hz, seed):
    """Left and right cross in the image twice a turn; that is no swap."""
    random = np.random.default_rng(seed)
    truth = [person(begin_rad + turn_rad * frame / 30) for frame in range(31)]
    noise = noise_px * random.standard_normal((2, 31, 17, 2))
    corrector, state = LimbCorrector(Scripted(), rate_hz), None
    for frame, keypoints in enumerate(truth):
        corrector = LimbCorrector(Scripted(keypoints + noise[0, frame]), rate_hz)
        pose = landmarks(keypoints + noise[1, frame])
        corrected, state = corrector.correct(IMAGE, frame / 30, pose, state)
        np.testing.assert_array_equal(corrected.world, pose.world)


def test_the_pose_that_is_followed_is_not_altered():
    pose = landmarks(person())
    before = pose.keypoints.copy()
    LimbCorrector(Scripted(person() + 3), 15).correct(IMAGE, 0.0, pose, None)
    np.testing.assert_array_equal(pose.keypoints, before)
