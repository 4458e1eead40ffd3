"""The main job on the sample, measured against its exact truth."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework import Pipeline, RunResult, results
from framework.geometry.metrics import mean, procrustes_errors
from framework.lab.sample.clip import render
from framework.lab.sample.scene import default_scene
from framework.report import summary_lines
from framework.skeletons import COCO17, H36M17, map_joints
from framework.video.ffmpeg import find_ffmpeg

pytestmark = pytest.mark.slow

MAIN = 0  # the visitor in the striped shirt comes first in the truth
LIMBS = [joint for joint, name in enumerate(H36M17.joints) if name.split("_")[-1] in
         ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")]  # fmt: skip


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("sample")
    scene = default_scene(fps=Fraction(15))  # half the frames of the default: half the time
    render(scene, folder / "sample.mp4", folder / "truth.npz")
    with np.load(folder / "truth.npz") as truth:
        return folder / "sample.mp4", dict(truth)


@pytest.fixture(scope="module")
def result(sample: tuple[Path, dict[str, np.ndarray]], tmp_path_factory) -> RunResult:
    folder = tmp_path_factory.mktemp("out")
    overrides = ["lifter=detector3d", "renderer.height_px=240", "threads=2"]
    return Pipeline.from_config(overrides, output=folder).run(sample[0])


def test_the_main_person_is_the_one_followed_in_every_frame(
    sample: tuple[Path, dict[str, np.ndarray]], result: RunResult
) -> None:
    truth = sample[1]
    (track,) = result.tracks
    assert track.present.mean() >= 0.95
    keypoints = map_joints(track.keypoints, track.skeleton, COCO17)
    apart = [
        np.nanmedian(np.linalg.norm(keypoints - truth["coco_2d"][person], axis=-1), axis=-1)
        for person in (MAIN, 1 - MAIN)
    ]
    seen = track.present
    assert (apart[MAIN][seen] < apart[1 - MAIN][seen]).all()
    height = truth["boxes"][MAIN, :, 3] - truth["boxes"][MAIN, :, 1]
    assert np.median(apart[MAIN][seen] / height[seen]) < 0.04


def test_every_output_has_a_row_per_frame(
    sample: tuple[Path, dict[str, np.ndarray]], result: RunResult
) -> None:
    frames = len(sample[1]["time_s"])
    assert len(result.frame_index) == frames
    np.testing.assert_allclose(result.time_s, sample[1]["time_s"], atol=1e-3)
    assert len(results.load(result.paths["npz"]).time_s) == frames
    assert len(results.load(result.paths["json"]).time_s) == frames
    lines = result.paths["csv"].read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) == 1 + frames
    with Pipeline.from_config(["renderer=none"]) as reader:
        drawn = reader.run(result.paths["pose3d.mp4"])
    np.testing.assert_allclose(drawn.time_s, result.time_s, atol=2e-3)


def test_the_detectors_own_3d_is_as_good_as_it_is(
    sample: tuple[Path, dict[str, np.ndarray]], result: RunResult
) -> None:
    truth = sample[1]["joints_camera"][MAIN]
    error = procrustes_errors(result.poses[0].joints[:, LIMBS], truth[:, LIMBS])
    assert mean(error) < 90  # 60 mm at 30 fps


def test_nobody_is_mirrored(sample: tuple[Path, dict[str, np.ndarray]], result: RunResult) -> None:
    truth, joints = sample[1]["joints_camera"][MAIN][:, LIMBS], result.poses[0].joints[:, LIMBS]
    right = mean(procrustes_errors(joints, truth))
    assert right < 0.7 * mean(procrustes_errors(joints * [-1, 1, 1], truth))


@pytest.mark.parametrize("variant", [["threads=1"], ["device=cpu"]])
def test_threads_and_device_change_nothing(
    sample: tuple[Path, dict[str, np.ndarray]], variant: list[str]
) -> None:
    part = ["lifter=detector3d", "renderer=none", "end_s=1.5"]
    one = Pipeline.from_config([*part, "threads=2"]).run(sample[0])
    other = Pipeline.from_config([*part, *variant]).run(sample[0])
    np.testing.assert_array_equal(one.tracks[0].keypoints, other.tracks[0].keypoints)
    np.testing.assert_array_equal(one.poses[0].joints, other.poses[0].joints)


def test_the_size_of_chunks_changes_nothing(sample: tuple[Path, dict[str, np.ndarray]]) -> None:
    def run(batch_size: int) -> RunResult:
        with Pipeline.from_config(["lifter=detector3d", "renderer=none", "end_s=1.5"]) as pipeline:
            pipeline.detector.batch_size = batch_size
            return pipeline.run(sample[0])

    one, other = run(16), run(5)
    np.testing.assert_array_equal(one.tracks[0].keypoints, other.tracks[0].keypoints)
    np.testing.assert_array_equal(one.poses[0].joints, other.poses[0].joints)


def test_workers_change_nothing(sample: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    from framework.config import compose_config
    from framework.jobs import run_all

    clips = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for clip in clips:
        clip.symlink_to(sample[0])
    runs: list[list[RunResult]] = []
    for workers in (1, 2):
        config = compose_config(["renderer=none", "end_s=1", f"workers={workers}", "threads=1"])
        config.input = [str(clip) for clip in clips]
        outcomes = list(run_all(config, tmp_path / str(workers)))
        assert all(isinstance(outcome, RunResult) for outcome in outcomes), outcomes
        runs.append(sorted(outcomes, key=lambda outcome: outcome.video.path))
    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one.tracks[0].keypoints, other.tracks[0].keypoints)


def test_the_focal_length_of_the_file_is_used_and_said(
    sample: tuple[Path, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    tag = "com.apple.quicktime.camera.focal_length.35mm_equivalent=26"
    options = ["-c", "copy", "-metadata", tag, "-movflags", "use_metadata_tags"]
    phone = tmp_path / "phone.mov"
    subprocess.run([find_ffmpeg(), "-v", "error", "-i", sample[0], *options, phone], check=True)
    overrides = ["refiner=[root]", "renderer=none", "exporter=[npz]", "end_s=1"]
    ran = {
        name: Pipeline.from_config([*overrides, *more], output=tmp_path / name).run(path)
        for name, path, more in (
            ("file", phone, ()),
            ("default", sample[0], ()),
            ("setting", phone, ("lifter.focal=0.95",)),
        )
    }
    film = 26 / np.hypot(36, 24) * np.hypot(16, 9) / 16
    for name, focal in (("file", film), ("default", 0.95), ("setting", 0.95)):
        path = ran[name].paths["npz"]
        summary = json.loads(path.with_name(f"{path.stem}_summary.json").read_text())
        said = {"longer_sides": pytest.approx(focal), "source": name}
        assert summary["focal_length"] == {"temporal": said, "root": said}
        assert f"{focal:.3g} of the longer side ({name})" in "\n".join(summary_lines(ran[name]))
    near, far = (np.nanmedian(ran[name].poses[0].root[:, 2]) for name in ("file", "default"))
    assert near / far == pytest.approx(film / 0.95, rel=0.03)
    np.testing.assert_allclose(ran["setting"].poses[0].root, ran["default"].poses[0].root)
    assert results.load(ran["file"].paths["npz"]).video.focal == pytest.approx(film)
