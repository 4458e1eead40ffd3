"""A low-pass filter that keeps quick motion."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.geometry.metrics import acceleration_errors, joint_errors
from framework.plugins.refiner.smooth.config import SmoothConfig
from framework.plugins.refiner.smooth.smooth import Smooth
from framework.stages import Runtime
from framework.testing import stage_checks


@stage_checks("refiner", "smooth")
def test_contract(check):
    check()


def smoothed(poses, sample, **settings):
    return Smooth(SmoothConfig(**settings), Runtime()).refine(poses, sample.tracks, sample.video)


def test_noise_is_removed_and_the_pose_gets_better(people, noisy_poses):
    noisy = noisy_poses(people.poses)
    for before, after, true in zip(noisy, smoothed(noisy, people), people.poses, strict=True):
        shakes = [np.nanmean(acceleration_errors(p.joints, true.joints)) for p in (before, after)]
        off = [np.nanmean(joint_errors(p.joints, true.joints)) for p in (before, after)]
        assert shakes[1] < 0.4 * shakes[0]
        assert off[1] < 0.9 * off[0]


def test_a_punch_keeps_its_speed(people):
    """A wrist that goes out by 60 cm and back within 0.6 s, at up to 3 m/s."""
    time_s = people.tracks[0].time_s
    reach = 0.6 * np.exp(-(((time_s - 1.5) / 0.12) ** 2))
    pose = people.poses[0]
    joints = pose.joints.copy()
    joints[:, 13, 2] -= reach.astype(np.float32)
    [after, _] = smoothed([replace(pose, joints=joints), people.poses[1]], people)
    speed, left = (np.nanmax(np.abs(np.diff(j[:, 13, 2]))) for j in (joints, after.joints))
    assert left == pytest.approx(speed, rel=0.05)


def test_lower_is_smoother(people, noisy_poses):
    poses = noisy_poses(people.poses)
    shakes = [
        np.nanmean(acceleration_errors(pose.joints, people.poses[0].joints))
        for pose in (smoothed(poses, people, cutoff_hz=hz)[0] for hz in (2, 4, 8))
    ]
    assert shakes == sorted(shakes)


def test_the_root_is_smoothed_with_the_pose(people):
    noise = np.random.default_rng(0).normal(0, 0.05, people.poses[0].root.shape)
    pose = replace(people.poses[0], root=(people.poses[0].root + noise).astype(np.float32))
    [after, _] = smoothed([pose, people.poses[1]], people)
    before = np.nanstd(np.diff(pose.root, n=2, axis=0))
    assert np.nanstd(np.diff(after.root, n=2, axis=0)) < 0.4 * before


def test_no_frequency_is_refused():
    with pytest.raises(ConfigurationError, match=r"cutoff_hz is 0\.0, but must be above 0"):
        SmoothConfig(cutoff_hz=0.0)
