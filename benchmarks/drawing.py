"""How many frames per second are drawn, without decoding and without encoding.

The output is 1280x720: a source of 560x720 pixels and a 3D panel of 720x720. Other shapes are
printed for comparison. Run: ``python benchmarks/drawing.py``.
"""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from framework.plugins.renderer.video.composer import FrameComposer
from framework.plugins.renderer.video.config import VideoConfig
from framework.skeletons import BLAZEPOSE33, H36M17, map_joints
from framework.types import Pose3D, RunResult, State, Track, VideoInfo

GOAL_FPS = 300
ROWS = 600

# A person standing upright, BlazePose-33, metres in camera axes; right is left mirrored at x = 0.
_SIDE = {
    "shoulder": (0.18, -0.5), "elbow": (0.26, -0.25), "wrist": (0.3, 0.0), "hip": (0.11, 0.0),
    "knee": (0.12, 0.42), "ankle": (0.12, 0.83), "heel": (0.12, 0.86), "foot_index": (0.14, 0.88),
    "pinky": (0.32, 0.06), "index": (0.31, 0.08), "thumb": (0.28, 0.05), "ear": (0.07, -0.7),
    "eye": (0.03, -0.72), "eye_inner": (0.02, -0.72), "eye_outer": (0.045, -0.72),
    "mouth": (0.02, -0.66),
}  # fmt: skip


def upright(joint: str) -> tuple[float, float, float]:
    """Position of a joint of BlazePose-33 of a person who stands in front of the camera."""
    part = joint.replace("left", "").replace("right", "").strip("_")
    x, y = _SIDE.get(part, (0.0, -0.69))
    return (-x if "right" in joint else x), y, 0.0


def clip(size_wh: tuple[int, int], people: int = 1) -> RunResult:
    """People who stand and sway."""
    time_s = np.arange(ROWS) / 30
    index = np.arange(ROWS, dtype=np.int64)
    standing = np.array([upright(joint) for joint in BLAZEPOSE33.joints], np.float32)
    sway = 0.1 * np.sin(3 * time_s[:, None, None] + np.arange(33)[:, None] / 5 + np.arange(3))
    body = (standing + sway).astype(np.float32)
    tracks, poses = [], []
    for person in range(people):
        middle = (size_wh[0] * (person + 1) / (people + 1), size_wh[1] * 0.45)
        keypoints = (body[..., :2] * size_wh[1] * 0.45 + middle).astype(np.float32)
        boxes = np.concatenate([keypoints.min(1), keypoints.max(1)], 1)
        tracks.append(
            Track(
                id=person,
                skeleton=BLAZEPOSE33,
                frame_index=index,
                time_s=time_s,
                boxes=boxes,
                keypoints=keypoints,
                keypoint_scores=np.ones((ROWS, 33), np.float32),
                state=np.full(ROWS, State.OBSERVED, np.uint8),
                complete=np.ones(ROWS, np.bool_),
            )
        )
        joints = map_joints(body, BLAZEPOSE33, H36M17)
        poses.append(
            Pose3D(track_id=person, skeleton=H36M17, joints=joints, valid=np.ones(ROWS, np.bool_))
        )
    video = VideoInfo(path=Path("clip.mp4"), size_wh=size_wh, fps=Fraction(30))
    return RunResult(
        video=video, frame_index=index, time_s=time_s, tracks=tuple(tracks), poses=tuple(poses)
    )


def measure(size_wh: tuple[int, int], config: VideoConfig, people: int = 1) -> str:
    """Draw the clip and return its speed in words; preparing the clip counts too."""
    result = clip(size_wh, people)
    noise = np.random.default_rng(0).integers(0, 255, (4, *size_wh[::-1], 3), np.uint8)
    began, worked = time.perf_counter(), time.process_time()
    composer = FrameComposer(result, config)
    width, height = composer.size_wh
    canvas = np.empty((height, width, 3), np.uint8)
    for row in range(ROWS):
        composer.draw(noise[row % 4], row, canvas)
    rate = ROWS / (time.perf_counter() - began)
    effort_ms = (time.process_time() - worked) / ROWS * 1000
    shape = f"{width}x{height} from {size_wh[0]}x{size_wh[1]}"
    return f"{shape}  {rate:5.0f} frames/s  {effort_ms:4.1f} ms of CPU a frame"


def main() -> None:
    """Print the figure with its goal, then the others."""
    still = VideoConfig()
    print(f"drawing        {measure((560, 720), still)}  (goal {GOAL_FPS} frames/s)")
    print(f"with orbit     {measure((560, 720), VideoConfig(orbit_deg_per_s=20))}")
    print(f"two people     {measure((560, 720), still, people=2)}")
    print(f"480p source    {measure((864, 480), still)}")
    print(f"720p source    {measure((1280, 720), still)}")
    print(f"1080p source   {measure((1920, 1080), still)}")


if __name__ == "__main__":
    main()
