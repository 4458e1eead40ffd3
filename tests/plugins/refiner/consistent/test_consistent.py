"""Poses in agreement with the 2D, bone lengths and the lifter."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.geometry.metrics import bone_length_deviation, joint_errors
from framework.plugins.refiner.consistent.config import ConsistentConfig
from framework.plugins.refiner.consistent.consistent import Consistent
from framework.skeletons import H36M17
from framework.stages import Runtime
from framework.testing import stage_checks


@stage_checks("refiner", "consistent")
def test_contract(check):
    check()


@pytest.fixture
def refine(people, focal):
    def run(poses=None, tracks=None):
        refiner = Consistent(ConsistentConfig(focal=focal), Runtime())
        return refiner.refine(poses or people.poses, tracks or people.tracks, people.video)

    return run


def bent(pose, joint, metres):
    """The pose with one joint off throughout."""
    joints = pose.joints.copy()
    joints[:, H36M17.index(joint)] += np.float32(metres)
    return replace(pose, joints=joints)


def mean_error(pose, true):
    return np.nanmean(joint_errors(pose.joints, true.joints))


def test_poses_that_agree_stay(refine, people):
    for pose, true in zip(refine(), people.poses, strict=True):
        assert mean_error(pose, true) < 8  # the walker's legs do stretch by some 3 %
        off = np.linalg.norm(pose.root - true.root, axis=1)[pose.valid]
        assert off.max() < 0.05


def test_keypoints_correct_the_lifter(refine, people):
    """A wrist is lifted 20 cm too far to the side, and the detector saw where it was."""
    wrong = bent(people.poses[0], "left_wrist", (0.2, 0, 0))
    [pose, _] = refine([wrong, people.poses[1]])
    wrist = H36M17.index("left_wrist")
    before, after = (
        np.nanmean(joint_errors(p.joints, people.poses[0].joints)[:, wrist]) for p in (wrong, pose)
    )
    assert after < 0.6 * before


def test_bones_keep_their_length(refine, people):
    """A lifter that stretches and shrinks the body twice a second."""
    pose = people.poses[0]
    scale = 1 + 0.05 * np.sin(2 * np.pi * people.tracks[0].time_s)
    joints = (pose.joints * scale[:, None, None]).astype(np.float32)
    [after, _] = refine([replace(pose, joints=joints), people.poses[1]])
    before, left = (bone_length_deviation(j, H36M17.bones).mean() for j in (joints, after.joints))
    assert left < 0.4 * before


def test_outliers_of_keypoints_have_no_influence(refine, people):
    track = people.tracks[0]
    keypoints = track.keypoints.copy()
    keypoints[20:30, track.skeleton.index("right_ankle")] = 0
    [pose, _] = refine(tracks=[replace(track, keypoints=keypoints), people.tracks[1]])
    assert np.nanmax(joint_errors(pose.joints, people.poses[0].joints)) < 40


def test_a_quick_motion_stays_quick(refine, people):
    """The lifter's wrist flies out by 50 cm and back, and the detector missed it."""
    pose, wrist = people.poses[0], H36M17.index("right_wrist")
    reach = 0.5 * np.exp(-(((people.tracks[0].time_s - 1.5) / 0.1) ** 2))
    joints = pose.joints.copy()
    joints[:, wrist, 2] -= reach.astype(np.float32)
    track = people.tracks[0]
    scores = track.keypoint_scores.copy()
    scores[:, track.skeleton.index("right_wrist")] = 0
    [after, _] = refine(
        [replace(pose, joints=joints), people.poses[1]],
        [replace(track, keypoint_scores=scores), people.tracks[1]],
    )
    quick, left = (
        np.nanmax(np.linalg.norm(np.diff(j[:, wrist], axis=0), axis=1))
        for j in (joints, after.joints)
    )
    assert left == pytest.approx(quick, rel=0.05)


def test_a_focal_length_that_cannot_be_is_refused():
    with pytest.raises(ConfigurationError, match=r"focal is -1\.0, but must be above 0\.2"):
        ConsistentConfig(focal=-1.0)
