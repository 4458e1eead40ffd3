"""Joints are found by name, however a tool spells them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.plugins.detector.keypoints.joint_names import by_names
from framework.skeletons import SKELETONS

LIMBS = "shoulder elbow wrist hip knee ankle".split()
SPELLINGS = {
    "left_knee": "{side}_{part}",
    "LEFT_KNEE": "{SIDE}_{PART}",
    "LeftKnee": "{Side}{Part}",
    "leftKnee": "{side}{Part}",
    "LKnee": "{S}{Part}",
    "lKnee": "{s}{Part}",
    "L_Knee": "{S}_{Part}",
    "knee.l": "{part}.{s}",
    "Knee_L": "{Part}_{S}",
    "knee left": "{part} {side}",
}


def spelled(form, side, part):
    words = {"side": side, "part": part, "s": side[0]}
    return form.format(
        **words,
        Side=side.title(),
        Part=part.title(),
        SIDE=side.upper(),
        PART=part.upper(),
        S=side[0].upper(),
    )


def numbered(count):
    return np.stack([np.full((count, 3), k + 1.0) for k in range(count)])[None, :, 0]


@pytest.mark.parametrize("form", SPELLINGS.values(), ids=SPELLINGS)
def test_spellings_of_tools(form):
    names = ["Nose", *(spelled(form, side, part) for part in LIMBS for side in ("left", "right"))]
    points, skeleton, note = by_names(numbered(13), names)
    assert (skeleton.name, note) == ("coco17", "")
    assert points[0, skeleton.index("left_shoulder"), 0] == 2
    assert points[0, skeleton.index("right_ankle"), 0] == 13
    assert np.isnan(points[0, skeleton.index("left_eye")]).all()


@given(st.sampled_from(sorted(SKELETONS)), st.randoms())
def test_every_skeleton_in_any_order(name, random):
    joints = list(SKELETONS[name].joints)
    random.shuffle(joints)
    points, skeleton, note = by_names(numbered(len(joints)), joints, name)
    assert note == ""
    assert [joints[int(k) - 1] for k in points[0, :, 0]] == list(skeleton.joints)


def test_the_skeleton_with_most_of_the_joints_is_taken():
    sides = [f"{s}{part}" for part in ("BigToe", "SmallToe", "Heel") for s in "RL"]
    limbs = [f"{s}{part.title()}" for part in LIMBS for s in "RL"]
    names = ["Hip", "Neck", "Head", "Nose", *limbs, *sides]
    points, skeleton, _ = by_names(numbered(len(names)), names)
    assert skeleton.name == "halpe26"
    assert points[0, skeleton.index("pelvis"), 0] == 1
    assert points[0, skeleton.index("upper_neck"), 0] == 2
    names = ["Nose", "Neck", *limbs]
    assert by_names(numbered(len(names)), names)[1].name == "openpose18"


def test_deeplabcuts_model_of_people_counts_the_right_side_first():
    parts = "ankle knee hip".split()
    names = [f"{p}1" for p in parts] + [f"{p}2" for p in parts[::-1]]
    names += [f"{p}1" for p in ("wrist", "elbow", "shoulder")] + ["shoulder2", "elbow2", "wrist2"]
    names += ["chin", "forehead"]
    points, skeleton, note = by_names(numbered(14), names)
    assert points[0, skeleton.index("right_ankle"), 0] == 1
    assert points[0, skeleton.index("left_ankle"), 0] == 6
    assert note.endswith("not used: chin, forehead")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["snout", "left_ear", "tail"], r"\(snout, left_ear, tail\) are not those of a person"),
        ([f"left_{part}" for part in LIMBS] + ["LKnee"], "two of its joints are the left_knee"),
    ],
)
def test_names_of_no_person_are_refused(names, said):
    with pytest.raises(ValueError, match=said):
        by_names(numbered(len(names)), names)


def test_a_name_for_every_joint():
    with pytest.raises(ValueError, match="2 names for 3 joints"):
        by_names(numbered(3), ["nose", "left_eye"])


def test_names_as_a_setting(reading, flat):
    names = list(SKELETONS["coco17"].joints)
    names[0], names[16] = names[16], names[0]
    entry = {"image_id": 0, "keypoints": flat(), "score": 1}
    people = reading([entry], joints=names).people(0)
    plain = reading([entry]).people(0)
    np.testing.assert_array_equal(people.keypoints[0, 0], plain.keypoints[0, 16])
