"""Frames per second of the lifters, and their share of the time of a whole run.

    python benchmarks/lifting.py [THREADS]

`temporal` with its shipped weights; `videopose3d` as its 243-frame network with random weights.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from framework import Pipeline
from framework.lab.sample.clip import render
from framework.lab.sample.scene import default_scene
from framework.plugins.lifter.temporal.config import TemporalConfig
from framework.plugins.lifter.temporal.temporal import Temporal
from framework.plugins.lifter.videopose3d.config import VideoPose3DConfig
from framework.plugins.lifter.videopose3d.network import VideoPose3DArchitecture
from framework.plugins.lifter.videopose3d.videopose3d import VideoPose3D
from framework.skeletons import COCO17
from framework.stages import Lifter, Runtime
from framework.types import State, Track, VideoInfo

FRAMES = 6_000
PEOPLE = 20
GOALS = {"temporal": 5_000, "videopose3d": 1_700}
VIDEO = VideoInfo(path=Path("none.mp4"), size_wh=(1920, 1080), fps=Fraction(30))


def main() -> None:
    """Print the speed with and without ``flip`` beside the goals, and the share of a run."""
    runtime = Runtime(device="cpu", threads=int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "random.safetensors"
        save_file(random_weights(), checkpoint)
        for flip in (False, True):
            config = VideoPose3DConfig(checkpoint=checkpoint, flip=flip)
            report("videopose3d", flip, VideoPose3D(config, runtime), runtime.threads)
            report("temporal", flip, Temporal(TemporalConfig(flip=flip), runtime), runtime.threads)
        print_share(Path(folder))


def report(name: str, flip: bool, lifter: Lifter, threads: int) -> None:
    """Lift one person of `FRAMES` rows, and as many rows of `PEOPLE` people; best of three."""
    alone = [random_walk(FRAMES)]
    together = [random_walk(FRAMES // PEOPLE, seed) for seed in range(PEOPLE)]
    with lifter:
        lifter.lift([random_walk(500)], VIDEO)
        one, many = (
            FRAMES / min(seconds(lifter, tracks) for _ in range(3)) for tracks in (alone, together)
        )
    print(f"{name}, flip={flip}, {threads} threads: {one:,.0f} frames/s, ", end="")
    print(f"{many:,.0f} of {PEOPLE} people (goal {GOALS[name]:,})")


def print_share(folder: Path) -> None:
    """Run all stages on the sample and print the default lifter's share of the time."""
    clip = folder / "sample.mp4"
    render(default_scene(), clip, folder / "truth.npz")
    with Pipeline.from_config(["progress=false"], output=folder / "out") as pipeline:
        pipeline.run(clip)
    spent = json.loads((folder / "out" / "sample_summary.json").read_text())["seconds"]
    total = sum(spent.values())
    print(f"of a whole run of {total:.1f} s: ", end="")
    parts = (f"{stage} {spent[stage] / total:.1%}" for stage in ("detector", "lifter", "refiner"))
    print(", ".join(parts))


def random_weights() -> dict[str, torch.Tensor]:
    """A checkpoint of the published shape: 243 frames, 1024 channels, 17 joints."""
    shapes = VideoPose3DArchitecture(
        widths=(3, 3, 3, 3, 3), channels=1024, in_features=34, out_joints=17
    ).shapes()
    draw = torch.Generator().manual_seed(0)
    return {name: torch.rand(shape, generator=draw) * 0.02 for name, shape in shapes.items()}


def seconds(lifter: Lifter, tracks: list[Track]) -> float:
    """Wall time of one lift."""
    start = time.perf_counter()
    lifter.lift(tracks, VIDEO)
    return time.perf_counter() - start


def random_walk(count: int, seed: int = 0) -> Track:
    """A track whose keypoints follow a random walk."""
    draw = np.random.default_rng(seed)
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
