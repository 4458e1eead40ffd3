"""2D observations with uncertainties."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.geometry.camera import view
from framework.plugins.refiner._fit.observations import (
    CORRELATION_S,
    LEAST_SIGMA_M,
    LIFTED_SIGMA_M,
    RELIABLE_SIGMA_M,
    keypoint_uncertainty,
    observe,
)


@pytest.fixture
def matrix(people, focal):
    return view(people.video.size_wh, focal)


def test_rays_go_through_the_joints(people, matrix):
    pose, track = people.poses[0], people.tracks[0]
    observed = observe(pose, track, matrix)
    points = (pose.joints + pose.root[:, None])[pose.valid].astype(float)
    ahead = points[..., :2] / points[..., 2:]
    names = [name in track.skeleton.joints for name in pose.skeleton.joints]
    assert observed.visible[:, names].any() and not observed.visible[:, ~np.array(names)].any()
    off = np.linalg.norm((observed.rays - ahead) * points[..., 2:], axis=-1)
    assert np.median(off[observed.visible]) < 0.01


def test_only_valid_rows_are_taken_and_missing_joints_are_not_visible(people, matrix):
    pose, track = people.poses[0], people.tracks[0]
    valid = pose.valid.copy()
    valid[10:20] = False
    keypoints = track.keypoints.copy()
    wrist = "left_wrist"
    keypoints[:, track.skeleton.index(wrist)] = np.nan
    observed = observe(replace(pose, valid=valid), replace(track, keypoints=keypoints), matrix)
    assert len(observed.time_s) == valid.sum()
    np.testing.assert_array_equal(observed.time_s, track.time_s[valid])
    assert not observed.visible[:, pose.skeleton.index(wrist)].any()
    assert (observed.rays[~observed.visible] == 0).all()


def test_a_lifter_without_uncertainty_gets_the_usual_one(people, matrix):
    pose = replace(people.poses[0], joint_sigmas=None)
    observed = observe(pose, people.tracks[0], matrix)
    assert (observed.joint_sigmas == LIFTED_SIGMA_M).all()


@pytest.mark.parametrize("fps", [5, 30, 240])
def test_rows_within_the_correlation_time_weigh_one_together(people, matrix, fps):
    track = people.tracks[0]
    track = replace(track, time_s=np.arange(len(track)) / fps)
    pose = replace(people.poses[0], valid=np.ones(len(track), bool))
    pose = replace(pose, joints=np.nan_to_num(pose.joints))
    weight = observe(pose, track, matrix).row_weight
    assert weight == pytest.approx(min(1, 1 / fps / CORRELATION_S))


def test_the_observations_of_some_rows(people, matrix):
    observed = observe(people.poses[0], people.tracks[0], matrix)
    part = observed.take(slice(3, 8))
    np.testing.assert_array_equal(part.rays, observed.rays[3:8])
    np.testing.assert_array_equal(part.ray_sigmas, observed.ray_sigmas[3:8])
    assert part.row_weight == observed.row_weight


@given(threshold=st.floats(0.05, 0.95), score=st.floats(0.01, 0.96))
def test_the_uncertainty_falls_with_the_score(threshold, score):
    low, high = keypoint_uncertainty(np.float32([score, score + 0.03]), threshold)
    assert low >= high > LEAST_SIGMA_M
    assert low > high or score < threshold  # very low scores count as one


@given(threshold=st.floats(0.05, 0.95))
def test_at_the_threshold_a_keypoint_is_just_reliable(threshold):
    at, above = keypoint_uncertainty(np.float32([threshold, min(threshold + 0.02, 1)]), threshold)
    assert at == pytest.approx(RELIABLE_SIGMA_M, rel=1e-3)
    assert above < RELIABLE_SIGMA_M
