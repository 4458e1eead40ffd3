"""Frames per second of the 243-frame VideoPose3D network, random weights, whole lifter.

Run: python benchmarks/lifting.py [THREADS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from framework.plugins.lifter.videopose3d.config import VideoPose3DConfig
from framework.plugins.lifter.videopose3d.network import Architecture
from framework.plugins.lifter.videopose3d.videopose3d import VideoPose3D
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import State, Track, VideoInfo

FRAMES = 6_000
GOAL = 1_700
VIDEO = VideoInfo(path=Path("none.mp4"), size_wh=(1920, 1080), fps=Fraction(30))


def main() -> None:
    """Print the figure of both settings of ``flip`` beside the goal."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "random.safetensors"
        save_file(random_weights(), checkpoint)
        for flip in (False, True):
            config = VideoPose3DConfig(checkpoint=checkpoint, flip=flip)
            figure = frames_per_second(VideoPose3D(config, Runtime(device="cpu", threads=threads)))
            goal = "" if flip else f" (goal {GOAL:,})"
            print(f"{threads} threads, flip={flip}: {figure:,.0f} frames/s{goal}")


def random_weights() -> dict[str, torch.Tensor]:
    """A checkpoint of the published shape: 243 frames, 1024 channels, 17 joints."""
    shapes = Architecture(
        widths=(3, 3, 3, 3, 3), channels=1024, in_features=34, out_joints=17
    ).shapes()
    draw = torch.Generator().manual_seed(0)
    return {name: torch.rand(shape, generator=draw) * 0.02 for name, shape in shapes.items()}


def frames_per_second(lifter: VideoPose3D) -> float:
    """Lift one person of `FRAMES` rows, the best of three."""
    track = random_walk(FRAMES)
    with lifter:
        lifter.lift([track.take(np.arange(500))], VIDEO)
        return FRAMES / min(seconds(lifter, track) for _ in range(3))


def seconds(lifter: VideoPose3D, track: Track) -> float:
    """Wall time of one lift."""
    start = time.perf_counter()
    lifter.lift([track], VIDEO)
    return time.perf_counter() - start


def random_walk(count: int) -> Track:
    """Keypoints that wander about the frame."""
    draw = np.random.default_rng(0)
    steps = draw.normal(scale=2, size=(count, len(COCO17.joints), 2))
    return Track(
        id=0,
        skeleton=COCO17,
        frame_index=np.arange(count),
        time_s=np.arange(count) / 30,
        boxes=np.zeros((count, 4), np.float32),
        keypoints=(steps.cumsum(0) + np.array([960, 540])).astype(np.float32),
        keypoint_scores=np.ones((count, len(COCO17.joints)), np.float32),
        state=np.full(count, State.OBSERVED, np.uint8),
        complete=np.ones(count, bool),
    )


if __name__ == "__main__":
    main()
