"""Angles of bodies that are put together from known angles; repetitions of known motions."""

from dataclasses import replace

import numpy as np
import pytest

from framework.angles import ANGLES, Curve, curves, measured, repetitions
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17
from framework.types import Pose3D, State, Track

BY_NAME = {angle.name: angle for angle in ANGLES}
UPRIGHT = {
    "hip": (0.1, 0.0, 0.0),
    "knee": (0.1, -0.4, 0.0),
    "ankle": (0.1, -0.8, 0.0),
    "heel": (0.1, -0.85, -0.05),
    "toe": (0.1, -0.85, 0.15),
    "shoulder": (0.18, 0.5, 0.0),
    "elbow": (0.18, 0.2, 0.0),
    "wrist": (0.18, -0.05, 0.0),
}
"""Of the left side of a body that faces +z, so its left is +x; y is up."""


def body(**moved):
    """Points by name; left and right alike unless ``moved`` says where one is."""
    points = {}
    for name, place in UPRIGHT.items():
        points[f"left_{name}"] = np.array(place)
        points[f"right_{name}"] = np.array(place) * [-1, 1, 1]
    return points | {name: np.array(place, float) for name, place in moved.items()}


def degrees(points, name):
    angle = BY_NAME[name]
    own = np.stack([points[point] for point in angle.points])[None]
    return measured(angle, own, np.full((1, len(angle.points)), 0.01))[0][0]


def turned(points, about, radians):
    """A body that lies, faces elsewhere or leans."""
    turn = np.eye(3)
    first, second = (axis for axis in range(3) if axis != about)
    turn[first, first] = turn[second, second] = np.cos(radians)
    turn[first, second], turn[second, first] = -np.sin(radians), np.sin(radians)
    return {name: turn @ place for name, place in points.items()}


@pytest.mark.parametrize("angle", ANGLES, ids=lambda angle: angle.name)
def test_an_upright_body_is_zero(angle):
    assert degrees(body(), angle.name) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("moved", "name", "expected"),
    [
        ({"left_knee": (0.1, 0, 0.4)}, "left_hip_flexion", 90),
        ({"left_knee": (0.1, -0.4, -0.4)}, "left_hip_flexion", -45),
        ({"left_knee": (0.5, -0.4, 0)}, "left_hip_abduction", 45),
        ({"right_knee": (-0.5, -0.4, 0)}, "right_hip_abduction", 45),
        ({"right_knee": (0.3, -0.4, 0)}, "right_hip_abduction", -45),
        ({"right_ankle": (-0.1, -0.4, -0.4)}, "right_knee_flexion", 90),
        ({"right_wrist": (-0.18, 0.2, 0.25)}, "right_elbow_flexion", 90),
        ({"left_elbow": (0.48, 0.5, 0)}, "left_shoulder_elevation", 90),
        ({"left_elbow": (0.18, 0.8, 0)}, "left_shoulder_elevation", 180),
        ({"left_toe": (0.1, -0.65, 0.15)}, "left_ankle_dorsiflexion", 45),
        ({"left_toe": (0.1, -1.05, 0.15)}, "left_ankle_dorsiflexion", -45),
    ],
)
def test_signs_and_sizes(moved, name, expected):
    assert degrees(body(**moved), name) == pytest.approx(expected, abs=1e-6)
    # Where a body stands and faces does not matter to a joint.
    for axis in range(3):
        elsewhere = turned(body(**moved), axis, 0.7 + axis)
        assert degrees(elsewhere, name) == pytest.approx(expected, abs=1e-6)


def test_the_trunk_leans_where_the_hips_face():
    bowed = turned(body(), 0, np.radians(30))  # about x, from y towards z
    assert degrees(bowed, "trunk_flexion") == pytest.approx(30)
    assert degrees(bowed, "trunk_lateral") == pytest.approx(0, abs=1e-6)
    aside = body(left_shoulder=(-0.12, 0.5, 0), right_shoulder=(-0.48, 0.5, 0))
    assert degrees(aside, "trunk_lateral") == pytest.approx(np.degrees(np.arctan2(0.3, 0.5)))
    upside_down = turned(body(), 0, np.radians(185))
    assert degrees(upside_down, "trunk_flexion") == pytest.approx(185)


@pytest.mark.parametrize("angle", ANGLES, ids=lambda angle: angle.name)
def test_sigmas_are_those_of_random_errors(angle):
    bent = body(
        left_knee=(0.15, -0.3, 0.25),
        right_knee=(-0.15, -0.3, 0.25),
        left_elbow=(0.4, 0.35, 0.1),
        right_elbow=(-0.4, 0.35, 0.1),
    )
    points = np.stack([bent[name] for name in angle.points])
    sigmas = np.linspace(0.002, 0.005, len(points))
    random = np.random.default_rng(3)
    noisy = points + random.normal(0, 1, (4000, *points.shape)) * sigmas[:, None]
    many, _ = measured(angle, noisy, np.full(noisy.shape[:2], np.nan))
    _, [stated] = measured(angle, points[None], sigmas[None])
    assert stated / angle.calibration == pytest.approx(many.std(), rel=0.06)


def pose_of(skeleton, rows=4, joint_sigmas=None):
    points = body()
    toes = {"foot_index": "toe", "big_toe": "toe"}
    joints = np.zeros((rows, len(skeleton.joints), 3), np.float32)
    for number, name in enumerate(skeleton.joints):
        side, _, part = name.partition("_")
        place = points.get(f"{side}_{toes.get(part, part)}")
        if place is not None:
            joints[:, number] = place * [1, -1, -1]
    return Pose3D(
        track_id=1,
        skeleton=skeleton,
        joints=joints,
        valid=np.ones(rows, bool),
        joint_sigmas=joint_sigmas,
    )


def test_a_skeleton_without_feet_has_all_angles_but_the_ankles():
    for skeleton in (H36M17, COCO17):
        found = curves(pose_of(skeleton))
        assert [c.angle for c in found] == [a for a in ANGLES if a.joint != "ankle"]
    assert [c.angle for c in curves(pose_of(BLAZEPOSE33))] == list(ANGLES)


def test_ankles_come_from_the_detector_where_it_saw_the_foot():
    seen = np.full((4, 33), 0.9, np.float32)
    seen[1, BLAZEPOSE33.index("left_heel")] = 0.1
    track = Track(
        id=1,
        skeleton=BLAZEPOSE33,
        frame_index=np.arange(4),
        time_s=np.arange(4) / 10,
        boxes=np.zeros((4, 4), np.float32),
        keypoints=np.zeros((4, 33, 2), np.float32),
        keypoint_scores=seen,
        state=np.full(4, State.OBSERVED, np.uint8),
        complete=np.ones(4, bool),
        keypoints_3d=pose_of(BLAZEPOSE33).joints,
    )
    found = {c.angle.name: c for c in curves(pose_of(H36M17), track)}
    left = found["left_ankle_dorsiflexion"]
    np.testing.assert_array_equal(np.isnan(left.degrees), [False, True, False, False])
    assert 5 < left.sigmas[0] < 40
    assert np.isfinite(found["right_ankle_dorsiflexion"].degrees).all()
    without = replace(track, keypoints_3d=None)
    assert "left_ankle_dorsiflexion" not in {c.angle.name for c in curves(pose_of(H36M17), without)}


def test_rows_without_a_pose_are_nan_and_unknown_sigmas_too():
    pose = replace(pose_of(H36M17), valid=np.array([True, False, True, True]))
    for curve in curves(pose):
        np.testing.assert_array_equal(np.isnan(curve.degrees), ~pose.valid)
        assert np.isnan(curve.sigmas).all()


def curve_of(values, sigma=4.0):
    values = np.asarray(values, float)
    return Curve(
        angle=BY_NAME["left_knee_flexion"], degrees=values, sigmas=np.full(len(values), sigma)
    )


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("rows", [8, 40])
def test_repetitions_of_squats(count, rows):
    random = np.random.default_rng(0)
    phase = np.linspace(0, 2 * np.pi * count, rows * count + 1)
    values = 10 + 50 * (1 - np.cos(phase)) + random.normal(0, 3, len(phase))
    assert repetitions(curve_of(values)) == count
    held = np.concatenate([np.full(50, values[0]), values, np.full(50, values[-1])])
    held += random.normal(0, 2, len(held))
    assert repetitions(curve_of(held)) == count


def test_a_standing_person_repeats_nothing():
    random = np.random.default_rng(1)
    sway = 8 + 4 * np.sin(np.linspace(0, 60, 900)) + random.normal(0, 1.5, 900)
    assert repetitions(curve_of(sway)) == 0
    jitter = random.normal(20, 6, 900)
    assert repetitions(curve_of(jitter, sigma=20)) == 0


def test_small_movements_between_steps_do_not_count():
    # A knee in running: 100 degrees in swing, 40 under load.
    one = [20, 60, 100, 60, 20, 30, 40, 30]
    assert repetitions(curve_of(np.repeat(one * 5, 3))) == 5


def test_one_wrong_frame_and_gaps_are_no_repetition():
    values = np.full(30, 10.0)
    values[12], values[20:23] = 120, np.nan
    assert repetitions(curve_of(values)) == 0
    assert repetitions(curve_of([])) == repetitions(curve_of([5])) == 0
    assert repetitions(curve_of(np.full(5, np.nan))) == 0
