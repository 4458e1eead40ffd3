"""Lines of sight, and the rotation into camera axes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from framework.errors import ConfigurationError
from framework.geometry.camera import view
from framework.plugins.lifter.temporal.config import TemporalConfig
from framework.plugins.lifter.temporal.ray import (
    causal_lines_of_sight,
    lines_of_sight,
    shortest_rotation,
    to_camera,
)
from framework.plugins.lifter.temporal.windows import FRAMES, ResampledTrack

HIPS = [11, 12]


def steps(x, y, missing=()):
    keypoints = np.tile(np.float32([x, y]), (FRAMES, 17, 1))
    keypoints[:, HIPS[0], 0] -= 10
    keypoints[:, HIPS[1], 0] += 10
    scores = np.ones((FRAMES, 17), np.float32)
    scores[:, list(missing)] = 0
    none = np.full((FRAMES, 17, 3), np.nan, np.float32)
    return ResampledTrack(start_s=0.0, keypoints=keypoints, scores=scores, detector_3d=none)


def test_the_middle_of_the_image_is_straight_ahead():
    rays = lines_of_sight(steps(320, 240), view((640, 480), 1.2))
    np.testing.assert_allclose(rays, np.tile([0, 0, 1], (FRAMES, 1)), atol=1e-6)


def test_the_right_edge_is_half_a_side_over_the_focal_length_aside():
    ray = lines_of_sight(steps(640, 240), view((640, 480), 0.5))[0]
    np.testing.assert_allclose(ray, np.array([1, 0, 1]) / np.sqrt(2), atol=1e-6)


def test_without_hips_the_other_joints_are_used():
    rays = lines_of_sight(steps(640, 240, missing=HIPS), view((640, 480), 0.5))
    np.testing.assert_allclose(rays[0], np.array([1, 0, 1]) / np.sqrt(2), atol=1e-6)


@pytest.mark.parametrize("missing", [(), HIPS])
def test_causal_lines_depend_on_the_last_half_second_only(missing):
    still = steps(640, 240, missing=missing)
    keypoints, scores = still.keypoints[None].copy(), still.scores[None]
    keypoints[0, :40] = 0  # long ago
    ray = causal_lines_of_sight(keypoints, scores, view((640, 480), 0.5))
    np.testing.assert_allclose(ray[0], np.array([1, 0, 1]) / np.sqrt(2), atol=1e-6)


@given(x=st.floats(-1, 1), y=st.floats(-1, 1), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_poses_are_rotated_onto_the_line_of_sight_without_a_mirror(x, y, seed):
    ray = np.float32([[x, y, 1]]) / np.linalg.norm([x, y, 1])
    axes = np.eye(3, dtype=np.float32)[None]
    turned = to_camera(axes, ray)[0]
    np.testing.assert_allclose(turned[2], ray[0], atol=1e-5)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(turned) == pytest.approx(1, abs=1e-4)


@given(x=st.floats(-2, 2), y=st.floats(-2, 2))
@settings(deadline=None, max_examples=30)
def test_the_rotation_is_the_shortest_one(x, y):
    """As scipy finds it: by the angle to the z axis about their common normal."""
    ray = np.array([x, y, 1]) / np.linalg.norm([x, y, 1])
    axis = np.array([-ray[1], ray[0], 0])
    angle = np.arctan2(np.linalg.norm(axis), ray[2])
    unit = axis / max(np.linalg.norm(axis), 1e-12)
    expected = Rotation.from_rotvec(angle * unit).as_matrix()
    np.testing.assert_allclose(np.array(shortest_rotation(*ray)), expected, atol=1e-9)


def test_training_and_lifting_turn_by_the_same_rule():
    torch = pytest.importorskip("torch")
    from framework.plugins.lifter.temporal.training.target import along_ray

    points = np.random.default_rng(0).normal(size=(1, 5, 17, 3)).astype(np.float32)
    points[..., 2] += 4
    seen = along_ray(torch.from_numpy(points)).numpy()[0]
    rays = points[0, :, 0] / np.linalg.norm(points[0, :, 0], axis=1, keepdims=True)
    np.testing.assert_allclose(to_camera(seen, rays), points[0] - points[0, :, :1], atol=1e-5)


def test_a_focal_length_that_cannot_be_is_refused():
    with pytest.raises(ConfigurationError, match=r"focal is 0\.0, but must be above 0\.2"):
        TemporalConfig(focal=0.0)
