"""Exchanged sides are found and repaired; a person who turns around stays as detected."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.geometry.camera import view
from framework.sides import with_sides_repaired
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17, map_joints
from framework.types import Pose3D, Sides, State, Track

ROWS = 40
CAMERA = view((1000, 800), 0.9)
ARMS = ("shoulder", "elbow", "wrist")
LEGS = ("hip", "knee", "ankle")


def walking(turn_rad: float = 0.0) -> np.ndarray:
    """(T, 17, 3) H36M-17 joints of a person who walks on the spot while turning, metres, y down."""
    at = {
        "pelvis": (0, 0, 0), "spine": (0, -0.25, 0), "thorax": (0, -0.5, 0), "neck": (0, -0.6, 0),
        "head": (0, -0.75, 0), "hip": (0.13, 0, 0), "knee": (0.13, 0.45, 0),
        "ankle": (0.13, 0.9, 0.05), "shoulder": (0.18, -0.5, 0), "elbow": (0.25, -0.25, 0),
        "wrist": (0.25, 0, 0),
    }  # fmt: skip
    rest = np.array([at[name.partition("_")[2] or name] for name in H36M17.joints], float)
    rest[[name.startswith("right_") for name in H36M17.joints], 0] *= -1
    points = np.tile(rest, (ROWS, 1, 1))
    phase = np.sin(np.arange(ROWS) / 5)
    for name, reach in (("knee", 0.2), ("ankle", 0.35), ("elbow", -0.12), ("wrist", -0.25)):
        points[:, H36M17.index(f"left_{name}"), 2] += reach * phase
        points[:, H36M17.index(f"right_{name}"), 2] -= reach * phase
    yaw = 0.6 + turn_rad * np.arange(ROWS) / ROWS
    cos, sin, zero = np.cos(yaw), np.sin(yaw), np.zeros(ROWS)
    turn = np.array([[cos, zero, sin], [zero, zero + 1, zero], [-sin, zero, cos]])
    return np.einsum("ijt,tnj->tni", turn, points)


def lifted(points: np.ndarray, valid: bool = True) -> Pose3D:
    joints = points.astype(np.float32)
    return Pose3D(track_id=1, skeleton=H36M17, joints=joints, valid=np.full(len(joints), valid))


def detected(points: np.ndarray, depth_m: float = 3.0, skeleton=COCO17) -> Track:
    seen = map_joints((points + np.array([0.4, 0, depth_m])).astype(np.float32), H36M17, skeleton)
    pixels = seen[..., :2] / seen[..., 2:] * CAMERA[0, 0] + CAMERA[:2, 2]
    scores = np.where(np.isfinite(pixels[..., 0]), 0.9, 0).astype(np.float32)
    return Track(
        id=1,
        skeleton=skeleton,
        frame_index=np.arange(ROWS),
        time_s=np.arange(ROWS) / 30,
        boxes=np.zeros((ROWS, 4), np.float32),
        keypoints=pixels.astype(np.float32),
        keypoint_scores=scores,
        state=np.full(ROWS, State.OBSERVED, np.uint8),
        complete=np.ones(ROWS, bool),
        keypoints_3d=np.ones((*scores.shape, 3), np.float32),
    )


def exchanged(track: Track, names: tuple[str, ...], rows: slice) -> Track:
    keypoints = track.keypoints.copy()
    order = np.arange(len(track.skeleton.joints))
    for name in names:
        left, right = (track.skeleton.index(f"{side}_{name}") for side in ("left", "right"))
        order[left], order[right] = right, left
    keypoints[rows] = keypoints[rows][:, order]
    return replace(track, keypoints=keypoints)


@pytest.mark.parametrize("skeleton", [COCO17, BLAZEPOSE33])
@pytest.mark.parametrize(
    ("names", "flag"), [(ARMS, Sides.ARMS), (LEGS, Sides.LEGS), (ARMS + LEGS, 3)]
)
def test_exchanged_rows_are_repaired_and_flagged(names, flag, skeleton):
    points = walking()
    track = detected(points, skeleton=skeleton)
    rows = slice(10, 25)
    repaired = with_sides_repaired(exchanged(track, names, rows), lifted(points), CAMERA)
    np.testing.assert_array_equal(repaired.keypoints, track.keypoints)
    assert set(repaired.exchanged[rows]) == {flag}
    assert not np.delete(repaired.exchanged, np.arange(ROWS)[rows]).any()
    assert np.isnan(repaired.keypoints_3d[rows]).all()
    assert np.isfinite(repaired.keypoints_3d[:10]).all()


def test_hands_and_feet_go_with_their_limbs():
    points = walking()
    track = detected(points, skeleton=BLAZEPOSE33)
    keypoints = track.keypoints.copy()
    left, right = (BLAZEPOSE33.index(f"{side}_heel") for side in ("left", "right"))
    keypoints[:, left], keypoints[:, right] = 1, 2
    wrong = exchanged(replace(track, keypoints=keypoints), LEGS, slice(0, 5))
    repaired = with_sides_repaired(wrong, lifted(points), CAMERA)
    assert (repaired.keypoints[:5, left] == 2).all() and (repaired.keypoints[5:, left] == 1).all()


@given(turn_rad=st.floats(-12, 12), depth_m=st.floats(1.6, 8), noise_px=st.floats(0, 6))
def test_a_person_who_turns_around_is_left_alone(turn_rad, depth_m, noise_px):
    points = walking(turn_rad)
    track = detected(points, depth_m)
    noise = np.random.default_rng(0).normal(size=track.keypoints.shape) * noise_px * 2 / depth_m
    track = replace(track, keypoints=(track.keypoints + noise).astype(np.float32))
    assert with_sides_repaired(track, lifted(points), CAMERA) is track


def test_rows_without_a_pose_or_with_few_joints_stay():
    points = walking()
    wrong = exchanged(detected(points), LEGS, slice(0, ROWS))
    assert with_sides_repaired(wrong, lifted(points, valid=False), CAMERA) is wrong
    keypoints = wrong.keypoints.copy()
    keypoints[:, [n for n, name in enumerate(COCO17.joints) if "ankle" not in name]] = np.nan
    few = replace(wrong, keypoints=keypoints)
    assert with_sides_repaired(few, lifted(points), CAMERA) is few


def test_a_lifter_that_follows_the_exchange_changes_nothing():
    points = walking()
    wrong = exchanged(detected(points), LEGS, slice(0, ROWS))
    mirrored = points.copy()
    for name in LEGS:
        left, right = (H36M17.index(f"{side}_{name}") for side in ("left", "right"))
        mirrored[:, [left, right]] = mirrored[:, [right, left]]
    assert with_sides_repaired(wrong, lifted(mirrored), CAMERA) is wrong
