"""The table's numbers, computed by hand."""

import numpy as np
import pytest

from framework.lab.evaluation.matching import PosePair
from framework.lab.evaluation.measures import (
    ALL,
    LIMBS,
    by_action,
    by_joint,
    measure,
    shared_joints,
)
from framework.skeletons import H36M17

WRIST = H36M17.index("left_wrist")


def pair(predicted, truth, *, camera=True, action="", joint_sigmas=None):
    return PosePair(
        action=action,
        predicted=predicted,
        truth=truth,
        in_camera_axes=camera,
        joint_sigmas=joint_sigmas,
    )


def turned(joints, degrees=40):
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return joints @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]).T


def test_the_limbs_are_twelve_and_the_root_never_counts():
    assert len(LIMBS) == 12
    assert len(ALL) == 16
    assert "pelvis" not in ALL


def test_a_perfect_answer_elsewhere_in_the_room_has_no_error(standing):
    found = measure([pair(standing(), standing() + np.array([1, 2, 3]))], ALL)
    assert found.mpjpe == pytest.approx(0, abs=1e-3)
    assert found.acceleration == pytest.approx(0, abs=1e-3)
    assert (found.pck, found.coverage, found.frames) == (1, 1, 5)
    assert found.bones == pytest.approx(0, abs=1e-3)


def test_one_joint_off_by_32_mm_is_2_mm_of_sixteen_joints(standing):
    off = standing()
    off[:, WRIST, 2] += 0.032
    found = measure([pair(off, standing())], ALL)
    assert found.mpjpe == pytest.approx(2, abs=1e-3)
    # Least squares would rather move all joints a little than one much.
    assert 2 < found.p_mpjpe < 5
    assert found.velocity == pytest.approx(0, abs=1e-3)
    joints = by_joint([pair(off, standing())], ALL)
    assert joints["left_wrist"]["mpjpe"] == pytest.approx(32, abs=1e-3)
    assert joints["right_wrist"]["mpjpe"] == pytest.approx(0, abs=1e-3)
    assert measure([pair(off, standing())], ["left_wrist", "right_knee"]).mpjpe == pytest.approx(16)


def test_size_is_forgiven_by_n_mpjpe_and_rotation_by_p_mpjpe_only(standing):
    large = measure([pair(1.25 * standing(), standing())], LIMBS)
    columns = [H36M17.index(joint) for joint in LIMBS]
    expected = 250 * np.linalg.norm(standing()[0, columns], axis=-1).mean()
    assert large.mpjpe == pytest.approx(expected, rel=1e-5)
    assert large.n_mpjpe == pytest.approx(0, abs=1e-3)
    turn = measure([pair(turned(standing()), standing())], LIMBS)
    assert turn.n_mpjpe > 50
    assert turn.p_mpjpe == pytest.approx(0, abs=1e-3)


def test_a_jump_is_one_velocity_and_two_accelerations(standing):
    # Up by 16 mm at row 2 of five: one of four steps, two of three changes of step.
    jump = standing()
    jump[2:, WRIST, 1] -= 0.016
    found = measure([pair(jump, standing())], ["left_wrist", "right_wrist"])
    assert found.velocity == pytest.approx(16 / 4 / 2, abs=1e-3)
    assert found.acceleration == pytest.approx(2 * 16 / 3 / 2, abs=1e-3)


def test_quick_motion_that_was_smoothed_away_shows_in_the_peak_speed(standing):
    swing = np.repeat(standing()[:1], 100, axis=0)
    swing[:, WRIST, 0] += 0.2 * np.sin(np.arange(100) / 3)
    slow = swing.copy()
    slow[:, WRIST, 0] = swing[:, WRIST, 0].mean() + 0.7 * (swing - swing.mean(0))[:, WRIST, 0]
    for camera in (True, False):
        assert measure([pair(swing, swing, camera=camera)], ALL).peak_speed == pytest.approx(1)
        damped = measure([pair(slow, swing, camera=camera)], ALL).peak_speed
        assert damped == pytest.approx(0.7, abs=0.03 if camera else 0.06)
    assert np.isnan(measure([pair(swing, swing)], ["left_knee", "right_knee"]).peak_speed)


def test_a_truth_in_other_axes_leaves_what_cannot_be_compared_empty(standing):
    shaky = standing()
    shaky[2, WRIST, 1] -= 0.05
    plain = measure([pair(shaky, standing())], ALL)
    found = measure([pair(shaky, turned(standing()) + 4, camera=False)], ALL)
    empty = (found.mpjpe, found.n_mpjpe, found.pck, found.auc, found.inside)
    assert np.isnan(empty).all()
    assert found.p_mpjpe == pytest.approx(plain.p_mpjpe, abs=1e-3)
    # Errors of exactly 0 and of rounding differ at the first of the 31 thresholds.
    assert found.p_auc == pytest.approx(plain.p_auc, abs=1 / 31)
    assert found.acceleration > 0


def test_in_other_axes_only_the_shape_moves(standing):
    spinning = np.concatenate([turned(standing(1), 30 * row) for row in range(5)])
    found = measure([pair(spinning, turned(standing()) + 4, camera=False)], ALL)
    assert found.velocity == pytest.approx(0, abs=1e-3)
    assert measure([pair(spinning, standing())], ALL).velocity > 50


def test_rows_without_an_answer_lower_coverage_only(standing):
    off = standing(4)
    off[:, WRIST, 2] += 0.032
    whole = measure([pair(off, standing(4))], ALL)
    off[1] = np.nan
    part = measure([pair(off, standing(4))], ALL)
    assert part.coverage == 0.75
    assert part.frames == 4
    assert part.mpjpe == pytest.approx(whole.mpjpe)


def test_pieces_are_not_joined_in_time(standing):
    here, there = standing(3), standing(3) * 1.1
    apart = [pair(here, here), pair(there, here)]
    assert measure(apart, ALL).velocity == pytest.approx(0, abs=1e-3)


def test_a_bone_that_grows_by_20_mm_deviates_by_10(standing):
    grown = standing(2)
    grown[1, WRIST, 0] += 0.02
    length = np.linalg.norm(grown[:, WRIST] - grown[:, WRIST - 1], axis=-1) * 1000
    found = measure([pair(grown, standing(2))], ALL)
    assert found.bones == pytest.approx(length.std() / len(H36M17.bones), rel=1e-4)


def test_actions_are_measured_apart(standing):
    off = standing()
    off[:, WRIST, 2] += 0.032
    pairs = [pair(off, standing(), action="wave"), pair(standing(), standing(), action="sit")]
    found = by_action(pairs, ALL)
    assert list(found) == ["sit", "wave"]
    assert found["wave"].mpjpe == pytest.approx(2, abs=1e-3)
    assert measure(pairs, ALL).mpjpe == pytest.approx(1, abs=1e-3)


def test_uncertainty_that_is_as_large_as_the_errors_is_calibrated(standing):
    random = np.random.default_rng(0)
    truth = standing(400)
    noise = 0.03 * random.standard_normal(truth.shape)
    noise[:, 0] = 0
    joint_sigmas = np.full(truth.shape[:2], 0.03, np.float32)
    honest = measure([pair(truth + noise, truth, joint_sigmas=joint_sigmas)], ALL)
    assert honest.inside == pytest.approx(0.9, abs=0.01)
    assert honest.miscalibration < 0.01
    bold = measure([pair(truth + noise, truth, joint_sigmas=joint_sigmas / 2)], ALL)
    assert bold.inside < 0.5
    assert bold.miscalibration > 0.2


def test_a_pose_without_uncertainty_has_no_calibration(standing):
    assert np.isnan(measure([pair(standing(), standing())], ALL).inside)


def test_joints_that_the_truth_or_a_lifter_lacks_do_not_count(standing):
    truth, predicted = standing(), standing()
    truth[:, H36M17.index("neck")] = np.nan
    predicted[:, H36M17.index("head")] = np.nan
    nobody = pair(np.full_like(truth, np.nan), truth)
    assert set(ALL) - set(shared_joints([pair(predicted, truth), nobody], ALL)) == {"neck", "head"}
