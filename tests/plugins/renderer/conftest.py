"""A walking person by trigonometry, in 3D and projected by a camera, and a background image."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.skeletons import COCO17, H36M17
from framework.types import Pose3D, RunResult, State, Track, VideoInfo


def walker(time_s: np.ndarray, heading_deg: float = 30.0) -> dict[str, np.ndarray]:
    """Joints by name, (T, 3) metres from the pelvis: x right, y down, z away.

    At heading 0 the person walks towards the camera, so the left side is at the right.
    """
    phase = 2 * np.pi * 0.9 * time_s
    joints: dict[str, np.ndarray] = {"pelvis": np.zeros((len(time_s), 3))}

    def put(
        name: str, parent: str, left: float, up: float, ahead: np.ndarray | float = 0.0
    ) -> None:
        step = np.stack(np.broadcast_arrays(left, -up, -np.asarray(ahead) + 0 * time_s), -1)
        joints[name] = joints[parent] + step

    def swing(name: str, parent: str, length: float, angle: np.ndarray, left: float = 0.0) -> None:
        put(name, parent, left, -length * np.cos(angle), length * np.sin(angle))

    put("spine", "pelvis", 0, 0.24, 0.01)
    put("thorax", "spine", 0, 0.25, 0.01)
    put("neck", "thorax", 0, 0.12, 0.08)
    put("head", "neck", 0, 0.13, -0.05)
    for side, sign in (("left", 1), ("right", -1)):
        stride = np.sin(phase) * sign
        put(f"{side}_hip", "pelvis", 0.11 * sign, -0.02)
        swing(f"{side}_knee", f"{side}_hip", 0.44, 0.45 * stride + 0.1)
        bend = 0.35 + 0.45 * np.clip(np.cos(phase) * sign, 0, 1)
        swing(f"{side}_ankle", f"{side}_knee", 0.43, 0.45 * stride + 0.1 - bend)
        put(f"{side}_shoulder", "thorax", 0.17 * sign, -0.02)
        swing(f"{side}_elbow", f"{side}_shoulder", 0.29, -0.5 * stride, 0.05 * sign)
        swing(f"{side}_wrist", f"{side}_elbow", 0.25, -0.5 * stride + 0.5, 0.02 * sign)
        put(f"{side}_eye", "neck", 0.035 * sign, 0.03, -0.01)
        put(f"{side}_ear", "neck", 0.07 * sign, 0.01, -0.09)
    joints["nose"] = joints["neck"]
    angle = np.deg2rad(heading_deg)
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    return {name: points @ turn for name, points in joints.items()}


def scene(
    people: int = 1,
    rows: int = 50,
    size_wh: tuple[int, int] = (864, 480),
    roots: bool = False,
    missing: slice = slice(0, 0),
) -> RunResult:
    """People beside each other who walk on the spot; rows ``missing`` have no people."""
    frame_index, time_s = np.arange(rows, dtype=np.int64), np.arange(rows) / 25
    width, height = size_wh
    tracks, poses = [], []
    there = np.ones(rows, np.bool_)
    there[missing] = False
    for person in range(people):
        joints = walker(time_s + 0.3 * person, 30.0 - 50 * person)
        root = np.array([1.1 * (person - (people - 1) / 2), -0.05, 4.2 + 0.5 * person])
        focal = min(height * 1.9, width * 3.2)

        def seen(name: str, joints=joints, root=root, focal=focal) -> np.ndarray:
            points = joints[name] + root
            return points[:, :2] / points[:, 2:] * focal + (width / 2, height / 2)

        keypoints = np.stack([seen(name) for name in COCO17.joints], 1).astype(np.float32)
        low, high = keypoints.min(1) - 12, keypoints.max(1) + 12
        boxes = np.concatenate([low, high], 1)
        body = np.stack([joints[name] for name in H36M17.joints], 1).astype(np.float32)
        for array in (keypoints, boxes, body):
            array[~there] = np.nan
        tracks.append(
            Track(
                id=person + 1,
                skeleton=COCO17,
                frame_index=frame_index,
                time_s=time_s,
                boxes=boxes,
                keypoints=keypoints,
                keypoint_scores=there[:, None].repeat(17, 1).astype(np.float32),
                state=np.where(there, State.OBSERVED, State.MISSING).astype(np.uint8),
                complete=there.copy(),
            )
        )
        path = np.where(there[:, None], root, np.nan).astype(np.float32) if roots else None
        poses.append(
            Pose3D(track_id=person + 1, skeleton=H36M17, joints=body, valid=there.copy(), root=path)
        )
    return RunResult(
        video=VideoInfo(path=Path("clip.mp4"), size_wh=size_wh, fps=Fraction(25)),
        frame_index=frame_index,
        time_s=time_s,
        tracks=tuple(tracks),
        poses=tuple(poses),
    )


def backdrop(size_wh: tuple[int, int] = (864, 480)) -> np.ndarray:
    """(H, W, 3) an image of soft gradients."""
    width, height = size_wh
    x, y = np.linspace(0, 1, width)[None], np.linspace(0, 1, height)[:, None]
    wall = np.stack(np.broadcast_arrays(150 + 50 * x, 150 + 30 * (1 - y), 160 - 40 * x * y), -1)
    wall[int(height * 0.72) :] *= 0.72
    return wall.astype(np.uint8)


@pytest.fixture
def make_scene() -> Callable[..., RunResult]:
    """The function above, since test files cannot import each other."""
    return scene


@pytest.fixture
def make_backdrop() -> Callable[..., np.ndarray]:
    """The function above."""
    return backdrop
