"""The mean pose and the nearest training pose."""

import numpy as np
import pytest

from framework.lab.evaluation.baselines import Examples, MeanPose, NearestNeighbour
from framework.lab.evaluation.mocap import library
from framework.skeletons import COCO17, H36M17
from framework.types import State, Track


@pytest.fixture
def examples(mocap):
    return Examples(library(mocap), seed=0)


def track(keypoints):
    rows = np.arange(len(keypoints))
    present = np.isfinite(keypoints).any((1, 2))
    return Track(
        id=3,
        skeleton=COCO17,
        frame_index=rows,
        time_s=rows / 30,
        boxes=np.tile(np.array([0, 0, 9, 9], np.float32), (len(rows), 1)),
        keypoints=keypoints.astype(np.float32),
        keypoint_scores=np.isfinite(keypoints).all(-1).astype(np.float32),
        state=np.where(present, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=present,
    )


def test_examples_are_relative_to_the_pelvis_and_belong_to_their_projections(examples):
    assert examples.joints.shape == (10_000, 17, 3)
    assert examples.keypoints.shape == (10_000, 17, 2)
    assert np.abs(examples.joints[:, H36M17.root]).max() == 0
    # Seen upright: heads are above feet, at smaller y.
    head, ankle = examples.joints[:, H36M17.index("head"), 1], examples.joints[:, 3, 1]
    assert (head < ankle).mean() > 0.95


def test_the_mean_pose_is_the_same_for_every_row_with_keypoints(examples):
    keypoints = np.random.default_rng(0).normal(size=(4, 17, 2))
    keypoints[2] = np.nan
    (pose,) = MeanPose(examples).lift([track(keypoints)])
    assert pose.track_id == 3
    assert pose.valid.tolist() == [True, True, False, True]
    np.testing.assert_allclose(pose.joints[0], examples.joints.mean(axis=0), atol=1e-6)
    np.testing.assert_array_equal(pose.joints[0], pose.joints[3])
    assert np.isnan(pose.joints[2]).all()


@pytest.mark.parametrize("scale", [1.0, 700.0])
def test_a_training_projection_finds_its_own_pose_at_any_place_and_size(examples, scale):
    chosen = [5, 777, 9000]
    keypoints = scale * examples.keypoints[chosen] + [320.0, -50.0]
    (pose,) = NearestNeighbour(examples).lift([track(keypoints)])
    errors = np.linalg.norm(pose.joints - examples.joints[chosen], axis=-1).mean(axis=-1)
    assert (errors < 0.02).all()


def test_missing_joints_do_not_count(examples):
    keypoints = 500.0 * examples.keypoints[[42]]
    keypoints[:, [9, 10]] = np.nan
    (pose,) = NearestNeighbour(examples).lift([track(keypoints)])
    error = np.linalg.norm(pose.joints[0] - examples.joints[42], axis=-1)
    assert error.mean() < 0.1


def test_the_seed_changes_the_examples(mocap, examples):
    other = Examples(library(mocap), seed=1)
    assert not np.allclose(other.joints, examples.joints)


def test_an_empty_track_has_no_poses(examples):
    (pose,) = NearestNeighbour(examples).lift([track(np.zeros((0, 17, 2)))])
    assert len(pose.joints) == 0
