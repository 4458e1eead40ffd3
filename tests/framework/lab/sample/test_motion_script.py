"""Poses of scripts of motion."""

from dataclasses import replace

import numpy as np
import pytest

from framework.lab.sample.body import BodyDimensions, joints
from framework.lab.sample.motion_script import ArmGesture, MotionScript, Squat, wave
from framework.lab.sample.steps import Walk
from framework.skeletons import H36M17

BODY = BodyDimensions()
STANDING = MotionScript(start_xy=(0.5, -0.5), heading_deg=0.0, seconds=6)


def height(script, time_s):
    return script.pose(BODY, np.array([time_s])).pelvis[0, 2]


def test_a_standing_person_is_at_the_start_with_nearly_straight_legs():
    pose = STANDING.pose(BODY, np.array([0.0, 2.0]))
    np.testing.assert_allclose(pose.pelvis[:, :2], [[0.5, -0.5]] * 2, atol=1e-6)
    leg = BODY.thigh + BODY.shin + BODY.ankle_height
    assert 0.96 * leg < pose.pelvis[0, 2] < leg


def test_a_squat_lowers_the_pelvis_by_its_depth_and_raises_the_arms():
    script = replace(STANDING, gestures=(Squat(start_s=1, end_s=4, depth_m=0.3),))
    assert height(script, 0.5) == pytest.approx(height(STANDING, 0.5))
    lowered = height(STANDING, 2.5) - height(script, 2.5)
    assert lowered == pytest.approx(0.3, abs=0.05)
    down, up = (script.pose(BODY, np.array([t])).wrists[0, :, 0] for t in (2.5, 0.5))
    assert (down > up + 0.3).all()
    assert height(script, 5.0) == pytest.approx(height(STANDING, 5.0), abs=1e-6)


@pytest.mark.parametrize(("side", "index"), [("left", 0), ("right", 1)])
def test_a_wave_raises_one_hand_beside_the_head(side, index):
    script = replace(STANDING, gestures=(wave(side, 1.0, 4.0),))
    pose = script.pose(BODY, np.array([0.5, 2.5]))
    assert pose.wrists[0, index, 2] < pose.shoulders[0, index, 2]
    assert pose.wrists[1, index, 2] > pose.shoulders[1, index, 2]
    np.testing.assert_allclose(pose.wrists[1, 1 - index], pose.wrists[0, 1 - index], atol=1e-6)


def test_an_arm_that_is_flexed_points_forward():
    gesture = ArmGesture(side="left", start_s=0, end_s=6, flex=90, abduct=0, elbow=0, ease_s=0.1)
    pose = replace(STANDING, gestures=(gesture,)).pose(BODY, np.array([3.0]))
    arm = pose.wrists[0, 0] - pose.shoulders[0, 0]
    assert arm[0] > 0.95 * np.linalg.norm(arm)


def test_everything_scales_with_the_size_of_the_body():
    tall = replace(BODY, size=1.2)
    script = MotionScript(seconds=2)
    small, large = (script.pose(body, np.array([1.0])) for body in (BODY, tall))
    np.testing.assert_allclose(
        joints(large, 1.2, H36M17), 1.2 * joints(small, 1.0, H36M17), atol=1e-6
    )


def test_after_its_end_the_last_pose_is_held():
    script = MotionScript(acts=(Walk(((2.0, 0),)),), seconds=1.0)
    poses = script.pose(BODY, np.array([1.2, 50.0]))
    np.testing.assert_array_equal(poses.pelvis[0], poses.pelvis[1])


def test_opposite_arm_and_leg_swing_forward_together():
    script = MotionScript(heading_deg=0.0, acts=(Walk(((6.0, 0),)),), seconds=6)
    pose = script.pose(BODY, np.arange(1.0, 4.0, 0.05))
    ankles = pose.ankles[:, 0, 0] - pose.ankles[:, 1, 0]
    wrists = pose.wrists[:, 0, 0] - pose.wrists[:, 1, 0]
    assert np.corrcoef(ankles, wrists)[0, 1] < -0.8
