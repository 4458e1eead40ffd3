"""Whether interpolated frames help: clips with too few frames, with and without interpolation.

    python benchmarks/interpolation.py [clip.mp4:STRIDE ...] [weights=SuperSloMo.ckpt]
    python benchmarks/interpolation.py memory

The sample is rendered at 60 frames/s. Every eighth frame is kept (7.5 frames/s), then every 24th
(2.5), so the ground truth is known at the frames that are left and between them. Of your own clips
every STRIDE-th frame is kept; their reference is the result of the same run on all frames.
``linear`` interpolates keypoints instead of frames; "ids" is the number of tracks of the one
person. At the end (or alone, with ``memory``) the peak memory of each interpolator on 1080p is
printed; super_slomo has weights of the published size.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import process_time

import numpy as np

from framework import Pipeline
from framework.geometry import metrics
from framework.geometry.procrustes import align
from framework.lab.evaluation.measures import LIMBS
from framework.lab.sample.clip import render
from framework.lab.sample.scene import default_scene
from framework.skeletons import COCO17, H36M17, map_joints
from framework.stages import Refiner
from framework.types import Floats, Pose3D, State, Times, Track, VideoInfo
from framework.video.probe import probe

SECONDS, FPS, SIZE_WH = 4.0, 60, (640, 360)
KEPT = ((8, 8), (24, 8))
"""Every how many frames one is kept of the sample, and into how many parts the gaps are divided."""
MAX_GAP_S = 0.5
TILES_PX = (512, 768)
LIMBS_2D = [COCO17.index(joint) for joint in COCO17.joints if joint in LIMBS]
LIMBS_3D = [H36M17.index(joint) for joint in LIMBS]
WRISTS = [LIMBS_2D.index(COCO17.index(f"{side}_wrist")) for side in ("left", "right")]


@dataclass(frozen=True)
class Truth:
    """The truth at some times; ``joints`` is None where only 2D is known."""

    time_s: Times
    pixels: Floats
    joints: Floats | None

    def every(self, step: int) -> Truth:
        """The truth at every ``step``-th time."""
        joints = None if self.joints is None else self.joints[::step]
        return Truth(self.time_s[::step], self.pixels[::step], joints)


class KeepAllRows(Refiner):
    """Changes nothing; keeps the rows of interpolated frames, which a result does not have."""

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Keep the poses and return them."""
        self.tracks, self.poses = tracks, poses
        return poses

    @property
    def person(self) -> tuple[Track, Pose3D]:
        """The track and the pose of the person who was followed."""
        return self.tracks[0], self.poses[0]


def run(clip: Path, *overrides: str) -> tuple[Pipeline, KeepAllRows, float]:
    """Run a clip; return the rows of all frames, and seconds of CPU."""
    pipeline = Pipeline.from_config(["progress=false", "renderer=none", "threads=1", *overrides])
    pipeline.refiners = [kept := KeepAllRows()]
    begun = process_time()
    with pipeline:
        pipeline.run(clip)
    return pipeline, kept, process_time() - begun


def linear(track: Track, time_s: Times) -> Track:
    """The track at other times, interpolated linearly over gaps up to 0.5 s."""
    rows = np.flatnonzero(track.present)
    known_s = track.time_s[rows]
    after = np.searchsorted(known_s, time_s).clip(1, len(rows) - 1)
    gap_s = known_s[after] - known_s[after - 1]
    share = (time_s - known_s[after - 1]) / gap_s
    inside = (share > -1e-6) & (share < 1 + 1e-6) & (gap_s <= MAX_GAP_S)

    def interpolated(values: Floats) -> Floats:
        before, behind = values[rows[after - 1]], values[rows[after]]
        part = share.reshape(-1, *[1] * (values.ndim - 1))
        result = before + part * (behind - before)
        result[~inside] = np.nan
        return result.astype(np.float32)

    return Track(
        id=track.id,
        skeleton=track.skeleton,
        frame_index=np.arange(len(time_s)),
        time_s=time_s,
        boxes=interpolated(track.boxes),
        keypoints=interpolated(track.keypoints),
        keypoint_scores=np.nan_to_num(interpolated(track.keypoint_scores)),
        state=np.where(inside, State.FILLED, State.MISSING).astype(np.uint8),
        complete=np.zeros(len(time_s), bool),
        keypoints_3d=None if track.keypoints_3d is None else interpolated(track.keypoints_3d),
        score_threshold=track.score_threshold,
    )


def judge(
    name: str,
    person: tuple[Track, Pose3D],
    truth: Truth,
    source_s: Times,
    *,
    ids: int,
    cpu_s: float,
) -> None:
    """Print errors at the source frames and between them."""
    track, pose = person
    found = np.abs(truth.time_s[:, None] - track.time_s).min(1) < 1e-3
    rows = np.abs(truth.time_s[:, None] - track.time_s).argmin(1)
    is_source = np.abs(truth.time_s[:, None] - source_s).min(1) < 1e-3
    seen = map_joints(track.keypoints, track.skeleton, COCO17)[rows][:, LIMBS_2D]
    apart = np.linalg.norm(seen - truth.pixels[:, LIMBS_2D], axis=-1)
    if truth.joints is not None:
        answer, true = pose.joints[rows][:, LIMBS_3D], truth.joints[:, LIMBS_3D]
        answer = np.where(pose.valid[rows][:, None, None], answer, np.nan)
        error_mm = metrics.joint_errors(align(answer, true).apply(answer), true)
    cells = []
    for part in (is_source, ~is_source):
        chosen = part & found & np.isfinite(truth.pixels).any((1, 2))
        if not chosen.any():
            cells.append(f"{'-':>34}")
            continue
        coverage = np.isfinite(apart[chosen]).any(1).mean()
        limbs, wrists = np.nanmean(apart[chosen]), np.nanmean(apart[chosen][:, WRISTS])
        mm = f"{float(metrics.mean(error_mm[chosen])):5.1f} mm" if truth.joints is not None else ""
        cells.append(f"{coverage:7.0%} {limbs:6.1f} px {wrists:6.1f} px {mm:>8}")
    print(f"  {name:22} |{cells[0]} |{cells[1]} | {ids:3} | {cpu_s:5.1f} s")


def compare(
    clip: Path, truth: Truth, kept: tuple[int, int], weights: str | None, *cut: str
) -> None:
    """Print the table of one clip."""
    stride, factor = kept
    truth = truth.every(stride // factor)
    head = f"{'frames':>7} {'limbs':>9} {'wrists':>9} {'3D':>8}"
    print(f"  {'':22} |{head} |{head} | ids |  CPU")
    thinned = (f"stride={stride}", *cut)
    pipeline, none, cpu_s = run(clip, *thinned)
    if not none.tracks:
        print("  nobody was found")
        return
    source_s = none.tracks[0].time_s
    judge("none", none.person, truth, source_s, ids=len(none.tracks), cpu_s=cpu_s)
    track = linear(none.tracks[0], truth.time_s)
    with pipeline.lifter:
        (pose,) = pipeline.lifter.lift([track], probe(clip))
    judge("linear keypoints", (track, pose), truth, source_s, ids=1, cpu_s=cpu_s)
    for name, overrides in interpolators(factor, weights):
        _, found, cpu_s = run(clip, *thinned, *overrides)
        if found.tracks:
            judge(name, found.person, truth, source_s, ids=len(found.tracks), cpu_s=cpu_s)
    if weights is None:
        print("  super_slomo            | left out: weights=SuperSloMo.ckpt is not given")


def interpolators(factor: int, weights: str | None) -> Iterator[tuple[str, list[str]]]:
    """Name and overrides of each interpolator."""
    yield "minterpolate", ["interpolator=minterpolate", f"interpolator.factor={factor}"]
    if weights is not None:
        chosen = ["interpolator=super_slomo", f"interpolator.checkpoint={weights}"]
        yield "super_slomo", [*chosen, f"interpolator.factor={factor}"]


def sample(folder: Path, weights: str | None) -> None:
    """Evaluate on the sample, whose truth is exact."""
    clip, arrays_path = folder / "sample.mp4", folder / "truth.npz"
    render(default_scene(seconds=SECONDS, fps=Fraction(FPS), size_wh=SIZE_WH), clip, arrays_path)
    with np.load(arrays_path) as arrays:
        truth = Truth(arrays["time_s"], arrays["coco_2d"][0], arrays["joints_camera"][0])
    for kept in KEPT:
        print(f"sample, {FPS} frames/s, every {kept[0]}th kept; at source frames | in between")
        compare(clip, truth, kept, weights)
    _, every, cpu_s = run(clip)
    judge(
        "every frame, as rendered",
        every.person,
        truth,
        truth.time_s,
        ids=len(every.tracks),
        cpu_s=cpu_s,
    )


def footage(clip: Path, stride: int, weights: str | None) -> None:
    """Evaluate on a clip whose reference is the result on all frames."""
    cut = ("end_s=8",)
    _, every, _ = run(clip, *cut)
    track, pose = every.person
    pixels = map_joints(track.keypoints, track.skeleton, COCO17)
    joints = np.where(pose.valid[:, None, None], pose.joints, np.nan)
    truth = Truth(track.time_s, pixels, joints)
    print(f"{clip.name}, every {stride}th kept; distance to the result on all frames")
    compare(clip, truth, (stride, stride), weights, *cut)


def memory() -> None:
    """Print the peak memory of each interpolator on 1080p, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = f"interpolator.checkpoint={untrained(Path(folder) / 'untrained.ckpt')}"
        chosen = [["interpolator=minterpolate"]]
        for tile_px in TILES_PX:
            tiled = f"interpolator.tile_px={tile_px}"
            chosen.append(["interpolator=super_slomo", checkpoint, tiled])
        for overrides in chosen:
            call = [sys.executable, __file__, "--memory", *overrides]
            done = subprocess.run(call, capture_output=True, text=True, check=True)
            print(f"  {done.stdout.strip()}")


def measure_memory(overrides: list[str]) -> None:
    """Interpolate one frame in a gap of 1080p, then two."""
    from framework.config import build, compose_config

    config = compose_config(["threads=1", *overrides])
    ((_, stage),) = build("interpolator", config)
    frames = np.random.default_rng(0).integers(0, 255, (2, 1080, 1920, 3), np.uint8)
    before = peak_mb()
    seconds = []
    with stage:
        for steps in (2, 3):
            begun = process_time()
            stage.interpolate(frames[0], frames[1], steps)
            seconds.append(process_time() - begun)
    after = peak_mb()
    name = " ".join(part.split(".")[-1] for part in overrides if "checkpoint" not in part)
    print(
        f"{name}, 1920x1080: peak {after:.0f} MB, {after - before:.0f} MB above the program "
        f"itself; {seconds[0]:.1f} s of CPU for one frame in a gap, {seconds[1]:.1f} s for two"
    )


def peak_mb() -> float:
    """Peak resident memory of this process; getrusage would count what the parent had too."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


def untrained(path: Path) -> Path:
    """Networks of the published size; how much memory they need does not depend on weights."""
    import torch

    from framework.plugins.interpolator.super_slomo.network import SuperSloMo, save_networks

    torch.manual_seed(0)
    save_networks(SuperSloMo(), path)
    return path


def main() -> None:
    """Print every table."""
    if sys.argv[1:2] == ["--memory"]:
        measure_memory(sys.argv[2:])
        return
    if sys.argv[1:] == ["memory"]:
        memory()
        return
    given = dict(part.split("=", 1) for part in sys.argv[1:] if part.startswith("weights="))
    weights = given.get("weights")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample(folder, weights)
        for argument in sys.argv[1:]:
            if not argument.startswith("weights="):
                path, _, stride = argument.rpartition(":")
                footage(Path(path), int(stride), weights)
    print("memory")
    memory()


if __name__ == "__main__":
    main()
