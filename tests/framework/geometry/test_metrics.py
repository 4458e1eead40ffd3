"""The field's measures against cases computed by hand, and what they must not notice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from framework.geometry import metrics

MANY = settings(deadline=None, max_examples=60)
SEEDS = st.integers(0, 10_000)
ALL_ERRORS = [
    metrics.joint_errors,
    metrics.procrustes_errors,
    metrics.scaled_errors,
    metrics.velocity_errors,
    metrics.acceleration_errors,
]


def poses(seed=0, rows=6, joints=17):
    return np.random.default_rng(seed).normal(scale=0.4, size=(rows, joints, 3))


def test_mpjpe_by_hand():
    truth = np.zeros((2, 2, 3))
    predicted = np.array([[[0.003, 0.004, 0], [0, 0, 0]], [[0, 0, 0.012], [0.001, 0.002, 0.002]]])
    errors = metrics.joint_errors(predicted, truth)
    np.testing.assert_allclose(errors, [[5, 0], [12, 3]])
    assert metrics.mean(errors) == pytest.approx(5)
    np.testing.assert_allclose(metrics.mean(errors, axis=0), [8.5, 1.5])


def test_missing_and_masked_joints_do_not_count():
    truth, predicted = np.zeros((2, 2, 3)), np.full((2, 2, 3), 0.01)
    predicted[0, 0, 1] = np.nan
    truth[0, 1] = np.nan
    mask = np.array([[True, True], [False, True]])
    errors = metrics.joint_errors(predicted, truth, mask)
    assert np.isnan(errors).tolist() == [[True, True], [True, False]]
    assert metrics.mean(errors) == pytest.approx(10 * 3**0.5)
    assert np.isnan(metrics.mean(errors, axis=1)).tolist() == [True, False]


@pytest.mark.parametrize("measure", ALL_ERRORS)
def test_the_truth_has_no_error(measure):
    np.testing.assert_allclose(measure(poses(), poses()), 0, atol=1e-9)


@pytest.mark.parametrize("measure", ALL_ERRORS)
def test_axes_before_time_are_kept(measure):
    predicted, truth = poses(0, 10), poses(1, 10)
    stacked = measure(np.stack([predicted, truth])[None], np.stack([truth, predicted])[None])
    assert stacked.shape[:2] == (1, 2)
    np.testing.assert_allclose(stacked[0, 0], measure(predicted, truth))


@MANY
@given(seed=SEEDS)
def test_p_mpjpe_does_not_notice_similarities(seed):
    draw = np.random.default_rng(seed)
    predicted, truth = poses(seed), poses(seed + 1)
    turn = Rotation.random(6, random_state=seed).as_matrix()
    scale = draw.uniform(0.3, 3, (6, 1, 1))
    moved = scale * predicted @ np.swapaxes(turn, 1, 2) + draw.normal(size=(6, 1, 3))
    np.testing.assert_allclose(
        metrics.procrustes_errors(moved, truth),
        metrics.procrustes_errors(predicted, truth),
        rtol=1e-6,
    )


@MANY
@given(seed=SEEDS, axis=st.integers(0, 2))
def test_p_mpjpe_notices_mirror_images(seed, axis):
    truth = poses(seed)
    mirrored = truth.copy()
    mirrored[..., axis] *= -1
    assert metrics.mean(metrics.procrustes_errors(mirrored, truth)) > 50


def test_p_mpjpe_by_hand():
    """A square that is a rectangle: the best fit keeps the centre and turns nothing."""
    square = np.array([[[1, 1, 0], [1, -1, 0], [-1, -1, 0], [-1, 1, 0]]]) / 10
    rectangle = square * [2, 1, 1]
    # s minimises (s-2)^2 + (s-1)^2, hence 1.5, which leaves 0.05 m along each axis.
    errors = metrics.procrustes_errors(square, rectangle)
    np.testing.assert_allclose(errors, 50 * 2**0.5)
    # Without scale 0.1 m is left along x.
    np.testing.assert_allclose(metrics.procrustes_errors(square, rectangle, scale=False), 100)


def test_n_mpjpe_by_hand():
    truth = np.array([[[0, 0, 0], [0.2, 0, 0], [0, 0.4, 0]]])
    np.testing.assert_allclose(metrics.scaled_errors(3 * truth, truth), 0, atol=1e-9)
    predicted = np.array([[[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0]]])
    # s = (0.02 + 0.04) / 0.02 = 3
    np.testing.assert_allclose(metrics.scaled_errors(predicted, truth), [[0, 100, 100]])
    assert np.isnan(metrics.scaled_errors(0 * predicted, truth)).all()


def test_n_mpjpe_notices_rotation():
    turned = poses() @ Rotation.from_euler("y", 40, degrees=True).as_matrix().T
    assert metrics.mean(metrics.scaled_errors(turned, poses())) > 50


def test_velocity_and_acceleration_by_hand():
    truth = np.zeros((4, 1, 3))
    predicted = truth.copy()
    predicted[:, 0, 0] = [0.5, 0.5, 0.503, 0.5]
    predicted[:, 0, 2] = [0.5, 0.5, 0.504, 0.5]
    np.testing.assert_allclose(metrics.velocity_errors(predicted, truth)[:, 0], [0, 5, 5])
    np.testing.assert_allclose(metrics.acceleration_errors(predicted, truth)[:, 0], [5, 10])


def test_a_gap_hides_the_steps_beside_it():
    predicted = poses(rows=7)
    predicted[3] = np.nan
    speed = metrics.velocity_errors(predicted, poses(1, 7))
    bend = metrics.acceleration_errors(predicted, poses(1, 7))
    assert np.isnan(speed).all(axis=1).tolist() == [False, False, True, True, False, False]
    assert np.isnan(bend).all(axis=1).tolist() == [False, True, True, True, False]


def test_pck_and_auc_by_hand():
    errors = np.array([0, 75, 150, 151, np.nan])
    assert metrics.pck(errors) == pytest.approx(3 / 4)
    assert metrics.pck(errors, threshold_mm=100) == pytest.approx(2 / 4)
    # 0 counts at all 31 thresholds, 75 from 75 on (16 of them), 150 at the last, 151 never.
    assert metrics.auc(errors) == pytest.approx((31 + 16 + 1) / (4 * 31))
    assert np.isnan(metrics.pck(np.array([np.nan])))
    assert np.isnan(metrics.auc(np.zeros(0)))


def test_bone_length_deviation_by_hand():
    joints = np.zeros((4, 3, 3))
    joints[:, 1, 0] = [0.28, 0.32, 0.28, 0.32]
    joints[:, 2, 0] = joints[:, 1, 0] + 0.5
    deviation = metrics.bone_length_deviation(joints, ((0, 1), (1, 2)))
    np.testing.assert_allclose(deviation, [20, 0], atol=1e-9)
    joints[3, 1] = np.nan
    expected = np.std([280, 320, 280])
    assert metrics.bone_length_deviation(joints, ((0, 1),)) == pytest.approx(expected)
    assert np.isnan(metrics.bone_length_deviation(np.full((2, 2, 3), np.nan), ((0, 1),))).all()


@MANY
@given(seed=SEEDS)
def test_turning_a_body_does_not_stretch_it(seed):
    body = poses(seed, rows=1)
    turns = Rotation.random(8, random_state=seed).as_matrix()
    moving = body @ np.swapaxes(turns, 1, 2)
    bones = tuple((joint, joint + 1) for joint in range(16))
    np.testing.assert_allclose(metrics.bone_length_deviation(moving, bones), 0, atol=1e-9)


def test_coverage_by_hand():
    valid = np.array([True, True, False, False])
    assert metrics.coverage(valid) == 0.5
    assert metrics.coverage(valid, np.array([True, False, True, True])) == pytest.approx(1 / 3)
    assert np.isnan(metrics.coverage(valid, np.zeros(4, bool)))


def test_calibration_of_honest_and_dishonest_uncertainty():
    draw = np.random.default_rng(0)
    sigmas = draw.uniform(0.01, 0.1, size=20_000)
    errors = np.linalg.norm(draw.normal(size=(20_000, 3)) * sigmas[:, None], axis=1) * 1000
    honest = metrics.calibration(errors, sigmas)
    assert honest.error < 0.01
    np.testing.assert_allclose(honest.observed, honest.levels, atol=0.02)
    boastful = metrics.calibration(errors, sigmas / 2)
    timid = metrics.calibration(errors, sigmas * 2)
    assert (boastful.observed < boastful.levels).all()
    assert (timid.observed > timid.levels).all()
    assert min(boastful.error, timid.error) > 0.2


def test_calibration_by_hand():
    # Half of a normal distribution in 3D lies within 1.538 standard deviations.
    levels = np.array([0.5])
    errors, sigmas = np.array([15.3, 15.5, np.nan]), np.full(3, 0.01)
    found = metrics.calibration(errors, sigmas, levels)
    np.testing.assert_array_equal(found.observed, [0.5])
    assert found.error == pytest.approx(0)
