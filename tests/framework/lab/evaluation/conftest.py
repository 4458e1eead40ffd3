"""A person, predictions and truths made by hand."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.skeletons import COCO17, H36M17, map_joints
from framework.types import Pose3D, RunResult, State, Track, VideoInfo

# Metres about the pelvis, camera axes: x right, y down, z forward; the person faces the camera.
STANDING = {
    "pelvis": (0, 0, 0),
    "right_hip": (-0.1, 0, 0),
    "right_knee": (-0.1, 0.45, 0),
    "right_ankle": (-0.1, 0.9, 0.05),
    "left_hip": (0.1, 0, 0),
    "left_knee": (0.1, 0.45, -0.1),
    "left_ankle": (0.1, 0.9, 0),
    "spine": (0, -0.25, 0),
    "thorax": (0, -0.5, 0),
    "neck": (0, -0.6, -0.1),
    "head": (0, -0.75, 0),
    "left_shoulder": (0.2, -0.5, 0),
    "left_elbow": (0.45, -0.45, 0),
    "left_wrist": (0.7, -0.45, -0.1),
    "right_shoulder": (-0.2, -0.5, 0),
    "right_elbow": (-0.2, -0.2, 0),
    "right_wrist": (-0.2, 0.05, -0.1),
}


@pytest.fixture
def standing():
    """(T, 17, 3) of a person who does not move."""

    def make(rows=5):
        joints = np.array([STANDING[joint] for joint in H36M17.joints], np.float32)
        return np.tile(joints, (rows, 1, 1))

    return make


@pytest.fixture
def result_of():
    """A result of people in a row, 100 pixels apart, from their joints."""

    def make(*people, fps=30, first=0):
        rows = len(people[0])
        index = np.arange(first, first + rows)
        tracks = [_track(n, joints, index, fps) for n, joints in enumerate(people)]
        poses = [
            Pose3D(
                track_id=n,
                skeleton=H36M17,
                joints=joints.astype(np.float32),
                valid=np.isfinite(joints).all((1, 2)),
            )
            for n, joints in enumerate(people)
        ]
        return RunResult(
            video=VideoInfo(path=Path("clip.mp4"), size_wh=(640, 480), fps=Fraction(fps)),
            frame_index=index,
            time_s=index / fps,
            tracks=tuple(tracks),
            poses=tuple(poses),
        )

    return make


def _track(number, joints, index, fps):
    rows = len(index)
    pixels = 100 * np.nan_to_num(joints[..., :2]) + [100 * number + 100, 200]
    pixels = map_joints(pixels.astype(np.float32), H36M17, COCO17)
    return Track(
        id=number,
        skeleton=COCO17,
        frame_index=index,
        time_s=index / fps,
        boxes=np.tile(np.array([0, 0, 50, 100], np.float32), (rows, 1)),
        keypoints=pixels,
        keypoint_scores=np.isfinite(pixels).all(-1).astype(np.float32),
        state=np.full(rows, State.OBSERVED, np.uint8),
        complete=np.ones(rows, bool),
    )


@pytest.fixture
def mocap(tmp_path, standing):
    """A folder of packed motion: anna, to train on, and ben, kept back; both wave an arm."""
    joints = standing(60)[:, [*range(17), 8, 10, 6, 3]] * [1, -1, -1]
    joints[:, H36M17.index("left_wrist"), 1] += 0.3 * np.sin(np.arange(60) / 5)
    parts = {
        "joints_d2": _differences(1000 * joints.reshape(60, 63), 2, np.int16),
        "root_d2": _differences(np.tile([0, 900, 0], (60, 1)), 2, np.int32),
        "head_d1": _differences(np.tile([0, 0, 127, 0, 127, 0], (60, 1)), 1, np.int16),
    }
    np.savez(
        tmp_path / "packed.npz",
        **{key: np.concatenate((part, part)).T for key, part in parts.items()},
        clip_start=np.array([0, 60, 120]),
        clip_name=np.array(["wave_1", "wave_2"]),
        subject=np.array(["anna", "ben"]),
        action=np.array(["wave", "wave"]),
        size=np.ones(2, np.float32),
    )
    splits = {"train": ["anna"], "validation": [], "test": ["ben"]}
    (tmp_path / "split.json").write_text(json.dumps({"splits": splits}))
    return tmp_path


def _differences(values, order, dtype):
    values = np.round(values).astype(np.int64)
    for _ in range(order):
        values = np.diff(values, axis=0, prepend=0)
    return values.astype(dtype)
