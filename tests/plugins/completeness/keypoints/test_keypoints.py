"""Which people count as complete."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.errors import ConfigurationError
from framework.plugins.completeness.keypoints.config import KeypointCompletenessConfig, Profile
from framework.plugins.completeness.keypoints.keypoints import KeypointCompleteness
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17
from framework.stages import Runtime
from framework.types import Detections

SIZE = (640, 480)
LIMBS = range(5, 17)


def judge(people, size=SIZE, **config):
    return KeypointCompleteness(KeypointCompletenessConfig(**config), Runtime()).judge(people, size)


def people(count=1, skeleton=COCO17, score_threshold=0.5):
    joints = len(skeleton.joints)
    return Detections(
        skeleton=skeleton,
        boxes=np.tile(np.array([200, 100, 400, 400], np.float32), (count, 1)),
        box_scores=np.ones(count, np.float32),
        keypoints=np.full((count, joints, 2), 240, np.float32),
        keypoint_scores=np.full((count, joints), 0.9, np.float32),
        score_threshold=score_threshold,
    )


@pytest.mark.parametrize("skeleton", [COCO17, BLAZEPOSE33, H36M17])
def test_people_with_all_joints_visible_are_complete_in_every_skeleton(skeleton):
    assert judge(people(2, skeleton)).complete.tolist() == [True, True]


@pytest.mark.parametrize("joint", LIMBS)
@pytest.mark.parametrize("place", [(-3, 240), (643, 240), (240, -3), (240, 483), (np.nan, 240)])
def test_one_required_joint_outside_the_frame_is_too_many(joint, place):
    cut_off = people(2)
    cut_off.keypoints[1, joint] = place
    assert judge(cut_off).complete.tolist() == [True, False]


def test_joints_of_the_face_are_not_required():
    turned_away = people()
    turned_away.keypoints[:, :5], turned_away.keypoint_scores[:, :5] = np.nan, 0
    assert judge(turned_away).complete.tolist() == [True]


def test_two_joints_of_twelve_may_be_hidden_unless_none_may():
    four = people(4)
    for person in range(4):
        four.keypoint_scores[person, 9 : 9 + person] = 0.1
    assert judge(four).complete.tolist() == [True, True, True, False]
    assert judge(four, max_hidden=0).complete.tolist() == [True, False, False, False]


def test_a_hidden_joint_must_still_be_inside_the_frame():
    cut_off = people()
    cut_off.keypoint_scores[0, 15], cut_off.keypoints[0, 15] = 0.1, (300, 500)
    assert judge(cut_off).complete.tolist() == [False]


def test_the_margin_is_a_share_of_the_shorter_side():
    near_edge = people()
    near_edge.keypoints[0, 15] = (240, 480 - 12)
    assert judge(near_edge, margin=0.02).complete.tolist() == [True]
    assert judge(near_edge, margin=0.03).complete.tolist() == [False]
    assert judge(near_edge, size=(480, 640), margin=0.03).complete.tolist() == [True]


def test_the_threshold_is_the_detectors_own_unless_given():
    faint = people(score_threshold=0.003)
    faint.keypoint_scores[:] = 0.01
    assert judge(faint).complete.tolist() == [True]
    assert judge(replace(faint, score_threshold=0.3)).complete.tolist() == [False]
    assert judge(faint, score_threshold=0.02).complete.tolist() == [False]


def test_a_score_of_nan_is_a_hidden_joint():
    unsure = people()
    unsure.keypoint_scores[:, 5:8] = np.nan
    assert judge(unsure).complete.tolist() == [False]


def test_a_joint_that_the_skeleton_lacks_is_named():
    with pytest.raises(ConfigurationError) as error:
        judge(people(), joints=["left_heel", "left_hip", "tail"])
    assert error.value.message == (
        "completeness.joints asks for left_heel, tail, which skeleton 'coco17' lacks"
    )
    assert "left_ankle" in error.value.hint


@pytest.mark.parametrize(
    ("profile", "needed"), [(Profile.upper, range(5, 13)), (Profile.lower, range(11, 17))]
)
def test_a_profile_asks_for_a_part_of_the_body(profile, needed):
    cut_off = people()
    cut_off.keypoints[0, [joint for joint in range(17) if joint not in needed]] = (-50, 240)
    assert judge(cut_off, profile=profile).complete.tolist() == [True]
    assert judge(cut_off).complete.tolist() == [False]
    cut_off.keypoints[0, needed[0]] = (-50, 240)
    assert judge(cut_off, profile=profile).complete.tolist() == [False]


def test_a_list_of_joints_takes_the_place_of_a_profile():
    cut_off = people()
    cut_off.keypoints[0, 1:] = (-50, 240)
    assert judge(cut_off, joints=["nose"], profile=Profile.lower).complete.tolist() == [True]


def in_a_row(frames, **config):
    """Whether the one person of each frame is complete."""
    judge_of = KeypointCompleteness(KeypointCompletenessConfig(**config), Runtime())
    return [bool(judge_of.judge(frame, SIZE).complete[0]) for frame in frames]


def with_hidden(count):
    person = people()
    person.keypoint_scores[0, 5 : 5 + count] = 0.1
    return person


def test_a_complete_person_does_not_flicker_at_the_limit():
    alternating = [with_hidden(count) for count in (2, 3, 2, 3, 2, 3)]
    assert in_a_row(alternating) == [True] * 6
    assert in_a_row(alternating, hysteresis=0) == [True, False] * 3
    assert in_a_row(alternating[1:])[:2] == [False, True]
    assert in_a_row([with_hidden(count) for count in (2, 4, 3)]) == [True, False, False]


def test_a_complete_person_may_come_nearer_to_the_edge_but_not_leave():
    at_edge, near, gone = people(), people(), people()
    for person, y in ((at_edge, 480 - 5.5), (near, 480 - 2), (gone, 481)):
        person.keypoints[0, 15] = (240, y)
    assert in_a_row([at_edge, near, gone, near]) == [True, True, False, False]


def test_wider_limits_are_for_the_same_person_and_the_same_clip():
    elsewhere = with_hidden(3)
    elsewhere.boxes[:] += 150
    assert in_a_row([people(), elsewhere]) == [True, False]
    filter_ = KeypointCompleteness(KeypointCompletenessConfig(), Runtime())
    filter_.judge(people(), SIZE)
    filter_.start(None)
    assert not filter_.judge(with_hidden(3), SIZE).complete[0]


def test_the_note_names_the_joints_that_failed_most():
    filter_ = KeypointCompleteness(KeypointCompletenessConfig(), Runtime())
    waist_up = people(2)
    waist_up.keypoints[:, 15:17] = (240, 500)
    waist_up.keypoint_scores[0, 9] = 0.1
    filter_.judge(waist_up, SIZE)
    assert filter_.notes == [
        "2 of 2 people in frames were not complete; joints that failed most: "
        "left_ankle (100% outside, 0% hidden), right_ankle (100% outside, 0% hidden), "
        "left_wrist (0% outside, 50% hidden)"
    ]
    for _ in range(2):
        filter_.judge(people(), SIZE)
    assert list(filter_.notes) == []
    filter_.judge(waist_up, SIZE)
    assert len(filter_.notes) == 1
    filter_.start(None)
    assert list(filter_.notes) == []


@pytest.mark.parametrize(("shift", "same"), [(66, True), (67, False)])
def test_a_person_is_the_same_from_an_overlap_of_a_half_on(shift, same):
    # Boxes 200 wide that are shifted by s overlap by (200 - s) / (200 + s); a half at 66.7.
    moved = with_hidden(3)
    moved.boxes[:, ::2] += shift
    assert in_a_row([people(), moved]) == [True, same]


def test_a_joint_both_outside_and_hidden_is_noted_as_outside():
    filter_ = KeypointCompleteness(
        KeypointCompletenessConfig(joints=["nose", "left_hip"]), Runtime()
    )
    person = people()
    person.keypoints[0, 0], person.keypoint_scores[0, 0] = (-5, 240), 0.1
    person.keypoints[0, 11] = np.nan
    filter_.judge(person, SIZE)
    assert filter_.notes == [
        "1 of 1 people in frames were not complete; joints that failed most: "
        "nose (100% outside, 0% hidden), left_hip (0% outside, 100% hidden)"
    ]


def test_a_frame_without_people_has_no_judgements():
    assert judge(Detections.empty(COCO17)).complete.shape == (0,)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 6), max_hidden=st.floats(0, 0.99))
def test_each_person_is_judged_alone_and_only_complete_changes(seed, count, max_hidden):
    rng = np.random.default_rng(seed)
    crowd = replace(
        people(count),
        keypoints=rng.uniform(-20, 700, (count, 17, 2)).astype(np.float32),
        keypoint_scores=rng.uniform(0, 1, (count, 17)).astype(np.float32),
    )
    judged = judge(crowd, size=(690, 690), max_hidden=max_hidden)
    for person in range(count):
        inside = [(6.9 <= crowd.keypoints[person, j]).all() for j in LIMBS]
        inside += [(crowd.keypoints[person, j] <= 690 - 6.9).all() for j in LIMBS]
        hidden = sum(crowd.keypoint_scores[person, j] < 0.5 for j in LIMBS)
        assert judged.complete[person] == (all(inside) and hidden / 12 <= max_hidden)
    assert judged.keypoints is crowd.keypoints
    assert not crowd.complete.any()
