"""Skeletons are data; mapping follows from names."""

import numpy as np
import pytest

from framework.skeletons import (
    BLAZEPOSE33,
    COCO17,
    H36M17,
    HALPE26,
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


def test_halpe_is_coco_with_head_trunk_and_feet_and_gives_every_h36m_joint() -> None:
    assert HALPE26.joints[:17] == COCO17.joints
    assert [HALPE26.index(joint) for joint in ("head", "upper_neck", "pelvis")] == [17, 18, 19]
    assert [HALPE26.mirror[i] for i in (20, 22, 24)] == [21, 23, 25], "left and right alternate"
    weights = mapping_matrix(HALPE26, H36M17)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
    for joint in ("head", "pelvis"):
        row = weights[H36M17.index(joint)]
        assert np.flatnonzero(row).tolist() == [HALPE26.index(joint)], "seen, not derived"
    assert mapping_matrix(HALPE26, H36M17)[H36M17.index("neck"), HALPE26.index("nose")] == 1


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
