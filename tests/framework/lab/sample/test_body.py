"""Joints of a posed body by name."""

from dataclasses import fields

import numpy as np
import pytest

from framework.lab.sample.body import HEAD, BodyDimensions, BodyPose, joints
from framework.lab.sample.motion_script import MotionScript
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17


@pytest.fixture
def pose():
    return MotionScript(heading_deg=0.0, seconds=1).pose(BodyDimensions(), np.array([0.0, 0.5]))


def test_joints_follow_the_order_of_the_skeleton(pose):
    h36m, coco = joints(pose, 1.0, H36M17), joints(pose, 1.0, COCO17)
    assert h36m.shape == coco.shape == (2, 17, 3)
    for joint in ("left_wrist", "right_ankle", "left_hip"):
        np.testing.assert_array_equal(h36m[:, H36M17.index(joint)], coco[:, COCO17.index(joint)])
    np.testing.assert_array_equal(h36m[:, H36M17.index("pelvis")], pose.pelvis)


def test_a_pose_at_one_time_has_no_time_axis(pose):
    one = pose.at(1)
    assert joints(one, 1.0, COCO17).shape == (17, 3)
    for item in fields(BodyPose):
        np.testing.assert_array_equal(getattr(one, item.name), getattr(pose, item.name)[1])


def test_the_head_grows_with_the_size_and_turns_with_its_axes(pose):
    nose = COCO17.index("nose")
    offsets = [joints(pose, size, COCO17)[0, nose] - pose.skull[0] for size in (1.0, 2.0)]
    np.testing.assert_allclose(offsets[1], 2 * offsets[0])
    np.testing.assert_allclose(pose.head_axes[0].T @ offsets[0], HEAD["nose"], atol=1e-12)
    # Of heading 0, the person faces along x and has the left at +y.
    ears = joints(pose, 1.0, COCO17)[0, [COCO17.index("left_ear"), COCO17.index("right_ear")]]
    assert ears[0, 1] > ears[1, 1]


def test_a_skeleton_with_other_joints_is_refused(pose):
    with pytest.raises(KeyError, match="left_eye_inner"):
        joints(pose, 1.0, BLAZEPOSE33)
