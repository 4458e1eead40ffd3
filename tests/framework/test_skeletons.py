"""Skeletons are data; mapping follows from names."""

import numpy as np
import pytest

from framework.skeletons import (
    BLAZEPOSE33,
    BODY25,
    BODY25B,
    COCO17,
    H36M17,
    HALPE26,
    OPENPOSE18,
    SKELETONS,
    Skeleton,
    map_joints,
    map_scores,
    mapping_matrix,
)

COCO_LEFT = [1, 3, 5, 7, 9, 11, 13, 15]
H36M_LEFT, H36M_RIGHT = [4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]
H36M_PARENTS = [-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15]


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=lambda s: s.name)
def test_mirroring_twice_is_nothing(skeleton: Skeleton) -> None:
    mirror = np.array(skeleton.mirror)
    assert (mirror[mirror] == np.arange(len(skeleton.joints))).all()


def test_joint_orders_are_those_of_the_published_networks() -> None:
    assert [COCO17.mirror[i] for i in COCO_LEFT] == [i + 1 for i in COCO_LEFT]
    assert [H36M17.mirror[i] for i in H36M_LEFT] == H36M_RIGHT
    parents = dict((child, parent) for parent, child in H36M17.bones)
    assert [parents.get(joint, -1) for joint in range(17)] == H36M_PARENTS


def test_every_coco_and_h36m_joint_follows_from_blazepose() -> None:
    for target in (COCO17, H36M17):
        weights = mapping_matrix(BLAZEPOSE33, target)
        np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)


@pytest.mark.parametrize("skeleton", [HALPE26, BODY25, BODY25B, OPENPOSE18], ids=lambda s: s.name)
def test_every_coco_and_h36m_joint_follows_from_what_other_tools_find(skeleton: Skeleton) -> None:
    for target in (COCO17, H36M17):
        weights = mapping_matrix(skeleton, target)
        np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)


# By hand, from the tools' own documentation: nose, eyes, ears, shoulders ... ankles, left first.
PUBLISHED = {
    "halpe26": list(range(17)),
    "body25b": list(range(17)),
    "body25": [0, 16, 15, 18, 17, 5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11],
    "openpose18": [0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10],
}
OTHERS = {
    "halpe26": {"head": 17, "upper_neck": 18, "pelvis": 19, "left_big_toe": 20, "right_heel": 25},
    "body25b": {"upper_neck": 17, "head": 18, "left_big_toe": 19, "right_small_toe": 23},
    "body25": {"thorax": 1, "pelvis": 8, "left_heel": 21, "right_big_toe": 22, "right_heel": 24},
    "openpose18": {"thorax": 1},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_joints_of_other_tools_are_in_their_published_order(name: str) -> None:
    skeleton = SKELETONS[name]
    assert [skeleton.index(joint) for joint in COCO17.joints] == PUBLISHED[name]
    assert {joint: skeleton.index(joint) for joint in OTHERS[name]} == OTHERS[name]
    points = np.arange(len(skeleton.joints) * 2, dtype=np.float32).reshape(-1, 2)
    np.testing.assert_array_equal(map_joints(points, skeleton, COCO17), points[PUBLISHED[name]])


def test_derived_joints_lie_where_they_should() -> None:
    points = np.zeros((17, 2), np.float32)
    for joint, place in {
        "left_hip": (1, 10), "right_hip": (-1, 10), "left_shoulder": (2, 4),
        "right_shoulder": (-2, 4), "left_ear": (0.5, 2), "right_ear": (-0.5, 2), "nose": (0, 2),
    }.items():  # fmt: skip
        points[COCO17.index(joint)] = place
    mapped = dict(zip(H36M17.joints, map_joints(points, COCO17, H36M17).tolist(), strict=True))
    assert mapped["pelvis"] == [0, 10]
    assert mapped["thorax"] == [0, 4]
    assert mapped["spine"] == [0, 7]
    assert mapped["neck"] == [0, 2]
    assert mapped["head"] == [0, 1]


def test_a_joint_with_a_missing_part_is_missing_and_scores_zero() -> None:
    points = np.ones((3, 17, 2), np.float32)
    scores = np.full((3, 17), 0.9, np.float32)
    points[1, COCO17.index("left_hip")] = np.nan
    scores[1, COCO17.index("left_hip")] = 0.2
    mapped = map_joints(points, COCO17, H36M17)
    pelvis = H36M17.index("pelvis")
    assert np.isnan(mapped[1, pelvis]).all()
    assert not np.isnan(mapped[[0, 2], pelvis]).any()
    assert map_scores(scores, COCO17, H36M17)[1, pelvis] == np.float32(0.2)
    assert np.isnan(map_joints(points, COCO17, BLAZEPOSE33)[:, 1]).all()
    assert (map_scores(scores, COCO17, BLAZEPOSE33)[:, 1] == 0).all()


def test_a_skeleton_with_an_impossible_bone_is_refused() -> None:
    with pytest.raises(ValueError, match="bone to a joint that it lacks"):
        Skeleton(name="x", joints=("a",), bones=((0, 1),))
    with pytest.raises(KeyError, match="no 'tail'"):
        COCO17.index("tail")
