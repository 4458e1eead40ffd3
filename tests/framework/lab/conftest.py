"""A person made by hand, so that tests need no recordings."""

import numpy as np
import pytest

from framework.lab.motion.body import BODY, Motion, add_face
from framework.skeletons import H36M17

# Metres; faces +z, left is +x, y is up.
STANDING = {
    "pelvis": (0, 1.0, 0),
    "right_hip": (-0.1, 0.98, 0),
    "right_knee": (-0.1, 0.53, 0),
    "right_ankle": (-0.1, 0.1, 0),
    "left_hip": (0.1, 0.98, 0),
    "left_knee": (0.1, 0.53, 0),
    "left_ankle": (0.1, 0.1, 0),
    "spine": (0, 1.25, 0),
    "thorax": (0, 1.48, 0),
    "neck": (0, 1.6, 0.05),
    "head": (0, 1.72, 0),
    "left_shoulder": (0.18, 1.43, 0),
    "left_elbow": (0.45, 1.43, 0),
    "left_wrist": (0.7, 1.43, 0),
    "right_shoulder": (-0.18, 1.43, 0),
    "right_elbow": (-0.18, 1.16, 0),
    "right_wrist": (-0.18, 0.93, 0.097),
}


def standing(frames: int) -> np.ndarray:
    joints = np.array([STANDING[joint] for joint in H36M17.joints], np.float32)
    ahead, up = np.tile((0.0, 0, 1), (frames, 1)), np.tile((0.0, 1, 0), (frames, 1))
    skull = np.tile((0.0, 1.58, 0), (frames, 1))
    return add_face(np.tile(joints, (frames, 1, 1)), skull, ahead, up, 1.0)


@pytest.fixture
def person() -> Motion:
    """Somebody who stands with the left arm out and steps to the left, 3 cm a frame."""
    points = standing(40)
    points[..., 0] += 0.03 * np.arange(40, dtype=np.float32)[:, None]
    return Motion(name="steps", subject="somebody", action="walk", points=points)


@pytest.fixture
def packed(tmp_path, person):
    """A packed file of two clips, by two people."""
    order = [*range(17), BODY.index("skull"), BODY.index("head"), 6, 3]
    joints = np.round(1000 * (person.points[:, order] - person.points[:, :1])).astype(np.int64)
    root = np.round(1000 * person.points[:, 0]).astype(np.int64)
    head = np.tile([0, 0, 127, 0, 127, 0], (len(root), 1))
    parts = {
        "joints_d2": _differences(joints.reshape(len(root), 63), 2, np.int16),
        "root_d2": _differences(root, 2, np.int32),
        "head_d1": _differences(head, 1, np.int16),
    }
    path = tmp_path / "packed.npz"
    np.savez(
        path,
        **{key: np.concatenate((part, part)).T for key, part in parts.items()},
        clip_start=np.array([0, len(root), 2 * len(root)]),
        clip_name=np.array(["steps_1", "steps_2"]),
        subject=np.array(["anna", "ben"]),
        action=np.array(["walk", "walk"]),
        size=np.ones(2, np.float32),
    )
    return path


def _differences(values, order, dtype):
    for _ in range(order):
        values = np.diff(values, axis=0, prepend=0)
    return values.astype(dtype)
