"""Rotations on a rig: forward kinematics gives the joints back, limbs do not spin."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from framework.animation import RIG, animations, solve, to_world
from framework.errors import ConfigurationError
from framework.lab.motion.bvh import read_bvh
from framework.lab.motion.rig import load_rig, to_motion
from framework.skeletons import H36M17, Skeleton
from framework.testing.sample import Sample
from framework.types import Pose3D, RunResult, VideoInfo

NUMBERS = {bone.name: number for number, bone in enumerate(RIG)}
MOCAP = Path(__file__).parents[3] / "shared/data/mocap/permissive/bvh"
ROWS = 40
COMPARED = (
    ("left_upper_leg", "left_hip"),
    ("left_lower_leg", "left_knee"),
    ("left_upper_arm", "left_shoulder"),
    ("right_upper_leg", "right_hip"),
)


def world_rotations(rotations: np.ndarray) -> np.ndarray:
    turned = np.empty_like(rotations)
    for number, bone in enumerate(RIG):
        parent = np.eye(3) if bone.parent < 0 else turned[:, bone.parent]
        turned[:, number] = parent @ rotations[:, number]
    return turned


def jumps(rotations: np.ndarray) -> np.ndarray:
    """(T - 1,) largest turn of any bone from frame to frame, degrees."""
    steps = rotations[1:] @ np.swapaxes(rotations[:-1], -1, -2)
    angles = Rotation.from_matrix(steps.reshape(-1, 3, 3)).magnitude()
    return np.degrees(angles).reshape(steps.shape[:2]).max(axis=1)


def moved(seed: int, bend_rad: float = 0.9, rows: int = ROWS) -> np.ndarray:
    """(T, 17, 3) joints of constant bones: slow random turns of all limbs, any whole-body turn."""
    random = np.random.default_rng(seed)
    time = np.arange(rows) / 30

    def waves(size: float) -> np.ndarray:
        phase, speed = random.uniform(0, 6, 3), random.uniform(0.5, 3, 3)
        return size * np.sin(phase + speed * time[:, None])

    def turn(size: float) -> np.ndarray:
        return Rotation.from_rotvec(waves(size)).as_matrix()

    whole = Rotation.random(random_state=seed).as_matrix() @ turn(0.4)
    at = {"pelvis": np.zeros((rows, 3))}

    def place(name: str, parent: str, axes: np.ndarray, offset: tuple[float, ...]) -> None:
        at[name] = at[parent] + axes @ np.array(offset, float)

    chest = whole @ turn(0.3)
    place("spine", "pelvis", whole, (0, 0.25, 0))
    place("thorax", "spine", chest, (0, 0.25, 0))
    place("neck", "thorax", chest, (0, 0.1, 0.06))
    place("head", "neck", chest, (0, 0.12, -0.02))
    hinge = bend_rad * (1 + np.sin(random.uniform(0.5, 3) * time + random.uniform(0, 6))) / 2
    for side, sign in (("left", 1.0), ("right", -1.0)):
        upper = whole @ turn(0.8)
        knee = upper @ Rotation.from_rotvec(np.outer(hinge, [1, 0, 0])).as_matrix()
        place(f"{side}_hip", "pelvis", whole, (0.12 * sign, 0, 0))
        place(f"{side}_knee", f"{side}_hip", upper, (0, -0.45, 0))
        place(f"{side}_ankle", f"{side}_knee", knee, (0, -0.42, 0))
        arm = chest @ turn(0.9)
        elbow = arm @ Rotation.from_rotvec(np.outer(hinge, [0, -sign, 0])).as_matrix()
        place(f"{side}_shoulder", "thorax", chest, (0.17 * sign, 0, 0))
        place(f"{side}_elbow", f"{side}_shoulder", arm, (0.3 * sign, 0, 0))
        place(f"{side}_wrist", f"{side}_elbow", elbow, (0.25 * sign, 0, 0))
    return np.stack([at[name] for name in H36M17.joints], axis=1)


@settings(max_examples=60)
@given(st.integers(0, 100_000), st.sampled_from([0.05, 0.2, 0.9, 2.2]))
def test_forward_kinematics_gives_the_joints_back(seed, bend_rad):
    points = moved(seed, bend_rad)
    hips = np.random.default_rng(seed).normal(size=(ROWS, 3))
    found = solve(points, np.arange(ROWS) / 30, hips)
    np.testing.assert_allclose(np.linalg.det(found.rotations), 1, atol=1e-6)
    placed = found.positions()
    for number, bone in enumerate(RIG):
        expected = points[:, H36M17.index(bone.joint)] + hips
        np.testing.assert_allclose(placed[:, number], expected, atol=1e-6)
    assert found.fit_m.max() < 1e-6


@settings(max_examples=60)
@given(st.integers(0, 100_000), st.sampled_from([0.0, 0.05, 0.25, 0.9, 2.2]))
def test_limbs_bend_the_right_way_and_never_spin(seed, bend_rad):
    points = moved(seed, bend_rad)
    points += np.random.default_rng(seed).normal(size=points.shape) * 0.002  # noise of a lifter
    found = solve(points, np.arange(ROWS) / 30, np.zeros((ROWS, 3)))
    assert jumps(world_rotations(found.rotations)).max() < 90
    for bone, axis in (("lower_leg", (1, 0, 0)), ("lower_arm", (0, -1, 0))):
        local = Rotation.from_matrix(found.rotations[:, NUMBERS[f"left_{bone}"]]).as_rotvec()
        bent = np.degrees(np.linalg.norm(local, axis=1)) > 40
        assert (local[bent] @ np.array(axis) > 0).all()


@pytest.mark.parametrize(
    ("file", "rig"),
    [
        ("cmu_motionbuilder_12_01_walk.bvh", "cmu_motionbuilder"),
        ("cmu_3dsmax_94_01.bvh", "cmu_3dsmax"),
        ("cmu_cc_base_06_05_basketball.bvh", "cc_base"),
        ("cmu_daz_60_01_salsa.bvh", "daz"),
    ],
)
def test_rotations_of_limbs_are_those_of_motion_capture(file, rig):
    """Positions only go in; a constant rotation between both rigs' rest poses is allowed."""
    if not MOCAP.is_dir():
        pytest.skip("the motion capture of ../shared/data is not there")
    recorded, described = read_bvh(MOCAP / file), load_rig(rig)
    points = to_motion(recorded, described, name=file, subject="").points[:, :17].astype(float)
    rows = np.arange(len(points))
    turned = world_rotations(solve(points, rows / 30, np.zeros((len(rows), 3))).rotations)
    rate = described.fps or recorded.fps or 30
    frames = np.minimum(np.round(rows * rate / 30).astype(int), len(recorded.axes) - 1)
    for bone, joint in COMPARED:
        truth = recorded.axes[frames, recorded.names.index(described.joints[joint])]
        ours = turned[:, NUMBERS[bone]]
        rest = Rotation.from_matrix(np.swapaxes(truth, -1, -2) @ ours).mean().as_matrix()
        error = Rotation.from_matrix(ours @ np.swapaxes(truth @ rest, -1, -2)).magnitude()
        assert np.degrees(np.median(error)) < 2.5, bone


def result_of(points: np.ndarray, valid: np.ndarray, time_s: np.ndarray) -> RunResult:
    joints = to_world(points).astype(np.float32)
    joints[~valid] = np.nan
    root = np.tile(np.float32([0.5, 0.2, 3]), (len(points), 1))
    pose = Pose3D(track_id=4, skeleton=H36M17, joints=joints, valid=valid, root=root)
    sample = Sample.make(rows=len(points), people=1).tracks[0]
    return RunResult(
        video=VideoInfo(path=Path("a.mp4"), size_wh=(100, 100), fps=Fraction(30)),
        frame_index=np.arange(len(points)),
        time_s=time_s,
        tracks=(replace(sample, id=4),),
        poses=(pose,),
    )


def test_frames_without_a_pose_are_filled_and_the_ends_are_cut_off():
    valid = np.ones(ROWS, bool)
    valid[[0, 1, 10, 11, 12, -1]] = False
    time_s = np.arange(ROWS) / 30
    points = moved(3)
    [found] = animations(result_of(points, valid, time_s))
    assert (found.person, found.filled) == (4, 3)
    np.testing.assert_array_equal(found.time_s, time_s[2:-1])
    np.testing.assert_allclose(found.hips, np.tile([0.5, -0.2, -3], (ROWS - 3, 1)), atol=1e-6)
    ankle = points[2:-1, H36M17.index("left_ankle")] + [0.5, -0.2, -3]
    error = np.linalg.norm(found.positions()[:, NUMBERS["left_foot"]] - ankle, axis=1)
    assert error[valid[2:-1]].max() < 1e-5 and error.max() < 0.05


def test_another_rate_takes_the_true_times():
    time_s = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.06, ROWS))
    points = moved(5)
    [found] = animations(result_of(points, np.ones(ROWS, bool), time_s), fps=100)
    assert np.diff(found.time_s) == pytest.approx(0.01)
    [plain] = animations(result_of(points, np.ones(ROWS, bool), time_s))
    wrist = plain.positions()[:, NUMBERS["left_hand"]]
    again = found.positions()[:, NUMBERS["left_hand"]]
    for axis in range(3):
        expected = np.interp(found.time_s, time_s, wrist[:, axis])
        np.testing.assert_allclose(again[:, axis], expected, atol=0.01)


def test_one_frame_and_nobody():
    [found] = animations(result_of(moved(1, rows=1), np.ones(1, bool), np.zeros(1)), fps=25)
    assert found.positions().shape == (1, len(RIG), 3)
    assert animations(result_of(moved(1), np.zeros(ROWS, bool), np.arange(ROWS) / 30)) == []


def test_poses_of_another_skeleton_are_refused():
    result = result_of(moved(1), np.ones(ROWS, bool), np.arange(ROWS) / 30)
    other = Skeleton(name="odd", joints=tuple(f"point{n}" for n in range(17)), bones=())
    [pose] = result.poses
    with pytest.raises(ConfigurationError, match=r"'odd' cannot be animated.*pelvis"):
        animations(replace(result, poses=(replace(pose, skeleton=other),)))
