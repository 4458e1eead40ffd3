"""Interpolated frames: never in the data, in the rendered video where it is asked for."""

import csv
import json
from fractions import Fraction
from functools import cache
from itertools import combinations as combinations_of
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from framework import Pipeline
from framework.plugins.interpolator.super_slomo.network import SuperSloMo, save_networks
from framework.plugins.lifter.videopose3d.network import VideoPose3DArchitecture
from framework.registry import registry
from framework.results import load
from framework.skeletons import BLAZEPOSE33
from framework.stages import Detector, Renderer
from framework.types import Detections, FrameBatch, Pose3D, RunResult, State, Track
from framework.video.decode import FrameReader
from framework.video.encode import VideoWriter
from framework.video.probe import probe

SIZE_WH = (64, 48)
TIMES = np.cumsum([0, 0.04, 0.04, 0.12, 0.04, 0.3, 0.7, 0.04, 0.04])
"""A variable rate with a pause of 0.7 s."""
CUT = 5
"""The number of the first frame of another shot."""


@pytest.fixture(scope="module")
def uneven_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "uneven.mp4"
    y, x = np.mgrid[: SIZE_WH[1], : SIZE_WH[0]]
    with VideoWriter(path, size_wh=SIZE_WH, fps=Fraction(25), crf=10) as writer:
        for frame, time_s in enumerate(TIMES):
            inside = (x - 20 - 2 * frame) ** 2 + (y - 24) ** 2 < 64
            wall = 20 if frame < CUT else 90
            grey = np.where(inside, 230, wall).astype(np.uint8)
            writer.write(np.repeat(grey[..., None], 3, 2), float(time_s))
    return path


class TwoDiscDetector(Detector):
    """Finds every bright disc and calls it a person: a standing figure around its centre."""

    skeleton = BLAZEPOSE33

    def __init__(self, batch_size: int = 4) -> None:
        self.batch_size = batch_size

    def detect(self, frames: FrameBatch) -> list[Detections]:
        return [self._all(image) for image in frames.images]

    def _all(self, image: np.ndarray) -> Detections:
        _, _, stats, centres = cv2.connectedComponentsWithStats((image[..., 0] > 128).astype("u1"))
        centres = centres[1:][stats[1:, cv2.CC_STAT_AREA] > 20].astype(np.float32)
        body = np.stack([np.linspace(-3, 3, 33), np.linspace(-10, 10, 33)], -1)
        points = (centres[:, None] + body).astype(np.float32)
        return Detections(
            skeleton=self.skeleton,
            boxes=np.concatenate([points.min(1), points.max(1)], -1).reshape(-1, 4),
            box_scores=np.ones(len(points), np.float32),
            keypoints=points,
            keypoint_scores=np.ones(points.shape[:2], np.float32),
            keypoints_3d=np.pad(points / 10, ((0, 0), (0, 0), (0, 1))).astype(np.float32),
        )


@pytest.fixture(scope="module")
def two_discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip's disc, and a second one that is gone in frames 2 and 7."""
    path = tmp_path_factory.mktemp("clips") / "two.mp4"
    y, x = np.mgrid[: SIZE_WH[1], : SIZE_WH[0]]
    with VideoWriter(path, size_wh=SIZE_WH, fps=Fraction(25), crf=10) as writer:
        for frame, time_s in enumerate(TIMES):
            inside = (x - 14 - frame) ** 2 + (y - 24) ** 2 < 64
            if frame not in {2, 7}:
                inside |= (x - 50 + frame) ** 2 + (y - 26) ** 2 < 30
            wall = 20 if frame < CUT else 90
            grey = np.where(inside, 230, wall).astype(np.uint8)
            writer.write(np.repeat(grey[..., None], 3, 2), float(time_s))
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By stage and name: checkpoints of tiny networks with random weights."""
    torch.manual_seed(0)
    slomo = tmp_path_factory.mktemp("weights") / "slomo.ckpt"
    save_networks(SuperSloMo(width=2), slomo)
    lifter = slomo.with_name("lifter.bin")
    shapes = VideoPose3DArchitecture(
        widths=(3, 3), channels=8, in_features=34, out_joints=17
    ).shapes()
    tensors = {name: torch.rand(shape) / 8 for name, shape in shapes.items()}
    torch.save({"model_pos": tensors}, lifter)
    return {"super_slomo": slomo, "videopose3d": lifter}


def usable(stage: str) -> list[str]:
    """Names of what is installed of a stage; weights are another matter."""
    items = (item for item in registry().all() if item.stage == stage)
    return sorted(item.entry.name for item in items if not item.missing_modules())


SPACING = st.one_of(
    st.integers(1, 5).map(lambda factor: f"interpolator.factor={factor}"),
    st.sampled_from([5, 24, 60]).map(lambda rate: f"interpolator.target_fps={rate}"),
)


AT_LEAST_S = {
    "all": "min_duration_s",
    "bytetrack": "min_duration_s",
    "largest_complete": "confirm_s",
    "select": "confirm_s",
}
"""By tracker: the option that leaves out who is seen for less."""


@st.composite
def combinations(draw: st.DrawFn) -> list[str]:
    """Overrides that choose every stage before the files."""
    chosen = {
        stage: draw(st.sampled_from(usable(stage)))
        for stage in ("interpolator", "completeness", "tracker", "lifter")
    }
    refiners = draw(st.lists(st.sampled_from(usable("refiner")), max_size=3, unique=True))
    overrides = [f"{stage}={name}" for stage, name in chosen.items()]
    if chosen["interpolator"] != "none":
        gap = draw(st.sampled_from([0.1, 0.5, 1.0]))
        overrides += [draw(SPACING), f"interpolator.max_gap_s={gap}"]
    if option := AT_LEAST_S.get(chosen["tracker"]):
        overrides.append(f"tracker.{option}={draw(st.sampled_from([0, 0.5]))}")
    return [*overrides, f"refiner=[{','.join(refiners)}]"]


PARTS = st.builds(
    lambda part, batch_size: (*part, batch_size),
    st.sampled_from([(0.0, None, 1), (0.05, 1.0, 1), (0.0, None, 3), (0.2, 0.6, 2)]),
    st.integers(1, 5),
)
"""From and to a second, every how many frames, and how many at once."""


@pytest.mark.slow
@given(combinations(), PARTS)
@settings(max_examples=60, deadline=None)
def test_there_is_one_row_per_source_frame_and_person_in_every_combination_of_stages(
    two_discs, weights, tmp_path_factory, overrides, part
):
    start_s, end_s, stride, batch_size = part
    cut = [f"start_s={start_s}", f"end_s={'null' if end_s is None else end_s}", f"stride={stride}"]
    stages = (override.split("=") for override in overrides)
    files = [f"{s}.checkpoint={weights[name]}" for s, name in stages if name in weights]
    fixed = ["exporter=[npz,json,csv]", "renderer=none", "progress=false", "threads=1"]
    config = Pipeline.from_config([*fixed, *cut, *overrides, *files]).config
    output = tmp_path_factory.mktemp("out")
    result = Pipeline(config, output=output, detector=TwoDiscDetector(batch_size)).run(two_discs)

    until_s = np.inf if end_s is None else end_s
    wanted = np.flatnonzero((TIMES > start_s - 1e-4) & (TIMES < until_s - 1e-4))[::stride]
    assert result.frame_index.tolist() == wanted.tolist()
    np.testing.assert_allclose(result.time_s, TIMES[wanted], atol=2e-3)
    ids = [track.id for track in result.tracks]
    assert ids == [pose.track_id for pose in result.poses] and len(set(ids)) == len(ids)
    for track, pose in zip(result.tracks, result.poses, strict=True):
        np.testing.assert_array_equal(track.frame_index, result.frame_index)
        np.testing.assert_array_equal(track.time_s, result.time_s)
        check_person(track, pose, seen_in(two_discs))
    for one, other in combinations_of(result.tracks, 2):
        same = np.abs(one.keypoints - other.keypoints).max((1, 2)) < 1e-4
        assert not same.any()  # nobody is two people
    check_files(result)
    # Whoever takes what is there, frame by frame, has the large disc in every row.
    if "tracker=largest" in overrides:
        assert ids == [ids[0]] and (result.tracks[0].state == State.OBSERVED).all()


@cache
def seen_in(clip: Path) -> dict[int, np.ndarray]:
    """By source frame: keypoints (N, 33, 2) that the detector sees in the frame itself."""
    with FrameReader(probe(clip), batch_size=len(TIMES)) as reader:
        (frames,) = reader
    found = TwoDiscDetector().detect(frames)
    return {int(index): found[row].keypoints for row, index in enumerate(frames.index)}


def check_person(track: Track, pose: Pose3D, seen: dict[int, np.ndarray]) -> None:
    """What is observed was seen in that very source frame; what is missing is NaN."""
    assert len(track) == len(pose)
    for row in np.flatnonzero(track.state == State.OBSERVED):
        people = seen[int(track.frame_index[row])]
        assert np.abs(people - track.keypoints[row]).max((1, 2)).min() < 1e-4
    assert np.isnan(track.keypoints[~track.present]).all()
    assert (track.keypoint_scores[~track.present] == 0).all()
    assert not pose.valid[~track.present].any()
    assert pose.valid[track.state == State.OBSERVED].all()
    assert np.isnan(pose.joints[~pose.valid]).all() and np.isfinite(pose.joints[pose.valid]).all()


def check_files(result: RunResult) -> None:
    """Every data file has a row for each person and source frame."""
    each = [(track.id, int(index)) for track in result.tracks for index in result.frame_index]
    loaded = load(result.paths["npz"])
    assert [
        (track.id, int(index)) for track in loaded.tracks for index in track.frame_index
    ] == each
    rows = json.loads(result.paths["json"].read_text())["rows"]
    assert [(row["track_id"], row["frame_index"]) for row in rows] == each
    with result.paths["csv"].open(newline="") as file:
        lines = csv.DictReader(file)
        assert [(int(line["track_id"]), int(line["frame_index"])) for line in lines] == each


SLOW = ["interpolator=minterpolate", "interpolator.factor=4", "renderer.rate=interpolated"]


def run(clip: Path, disc_detector, output: Path, *overrides: str) -> RunResult:
    fixed = ["lifter=detector3d", "exporter=[npz]", "renderer.height_px=96", "progress=false"]
    config = Pipeline.from_config([*fixed, *overrides]).config
    return Pipeline(config, output=output, detector=disc_detector()).run(clip)


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as file:
        return [float(frame.pts * frame.time_base) for frame in file.decode(video=0)]


def test_slow_motion_is_a_video_of_all_frames_beside_data_of_the_source_frames(
    uneven_clip, disc_detector, tmp_path
):
    result = run(uneven_clip, disc_detector, tmp_path, *SLOW, "renderer.speed=0.25")
    # Of eight gaps, one is a cut and one a pause: three frames are made in each of the others.
    drawn = np.array(times_of(result.paths["pose3d.mp4"]))
    assert len(drawn) == len(TIMES) + 3 * 6
    assert drawn[-1] == pytest.approx(4 * TIMES[-1], abs=5e-3)
    np.testing.assert_allclose(drawn[:5], [0, 0.04, 0.08, 0.12, 0.16], atol=2e-3)
    assert load(result.paths["npz"]).frame_index.tolist() == list(range(len(TIMES)))
    assert any("1 scene cuts and 1 gaps longer than 0.5 s" in text for text in result.warnings)


def test_at_the_source_rate_the_video_has_the_source_frames(uneven_clip, disc_detector, tmp_path):
    result = run(uneven_clip, disc_detector, tmp_path, *SLOW[:2])
    np.testing.assert_allclose(times_of(result.paths["pose3d.mp4"]), TIMES, atol=2e-3)


class Listing(Renderer):
    """Remembers what it was given."""

    wants_interpolated = True

    def open(self, result: RunResult, target: Path) -> None:
        self.result, self.drawn = result, []

    def draw(self, frames: FrameBatch) -> None:
        self.drawn.append((frames.index, frames.time_s, frames.is_source))

    def close(self) -> None:
        return None


def test_interpolated_frames_are_drawn_with_their_own_rows(uneven_clip, disc_detector, tmp_path):
    config = Pipeline.from_config(["lifter=detector3d", "progress=false", *SLOW[:2]]).config
    renderer = Listing()
    pipeline = Pipeline(
        config, output=tmp_path, detector=disc_detector(), renderer=renderer, exporters=[]
    )
    result = pipeline.run(uneven_clip)
    index, time_s, is_source = (np.concatenate(part) for part in zip(*renderer.drawn, strict=True))
    np.testing.assert_array_equal(renderer.result.frame_index, index)
    np.testing.assert_array_equal(renderer.result.time_s, time_s)
    assert len(renderer.result.poses[0]) == len(index) > len(result.poses[0])
    shown = renderer.result.poses[0].joints[is_source]
    np.testing.assert_array_equal(shown, result.poses[0].joints)
