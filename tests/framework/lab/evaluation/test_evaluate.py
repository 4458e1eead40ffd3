"""``python -m framework.evaluate``: tables on the screen and as files, and exit codes."""

import json

import cv2
import numpy as np
import pytest

from framework import results
from framework.evaluate import main
from framework.hookspecs import hookimpl
from framework.registry import registry


@pytest.fixture
def evaluated(tmp_path, standing, result_of):
    """A results file that is 32 mm off at one wrist, and the truth, ``(result=..., truth=...)``."""
    off = standing()
    off[:, 13, 2] += 0.032
    np.savez(tmp_path / "clip.npz", **results.to_arrays(result_of(off)))
    np.savez(tmp_path / "truth.npz", joints=standing())
    return f"result={tmp_path / 'clip.npz'}", f"truth={tmp_path / 'truth.npz'}"


def test_a_result_is_evaluated_on_the_screen_and_in_three_files(evaluated, tmp_path, capsys):
    assert main([*evaluated, f"output={tmp_path / 'out'}"]) == 0
    assert "2.0" in capsys.readouterr().out
    (section,) = json.loads((tmp_path / "out/evaluation.json").read_text())["sections"]
    (row,) = section["rows"]
    assert row["name"] == "clip.npz"
    assert row["measures"]["mpjpe"] == pytest.approx(2, abs=1e-3)
    assert row["measures"]["inside"] is None
    assert row["joints"]["left_wrist"]["mpjpe"] == pytest.approx(32, abs=1e-3)
    page = (tmp_path / "out/evaluation.md").read_text()
    assert "| left_wrist | 32.0 |" in page
    assert "| clip.npz | 5 | 2.0 |" in page
    chart = cv2.imread(str(tmp_path / "out/evaluation.png"))
    assert chart.shape[1] == 900
    assert (chart.min(axis=-1) < 100).any()


def test_the_limbs_alone_are_twelve_joints(evaluated, tmp_path):
    assert main([*evaluated, f"output={tmp_path}", "joints=limbs"]) == 0
    (section,) = json.loads((tmp_path / "evaluation.json").read_text())["sections"]
    assert len(section["joints"]) == 12
    assert section["rows"][0]["measures"]["mpjpe"] == pytest.approx(32 / 12, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "give one of input="),
        (["input=x", "result=x"], 2, "give one of input="),
        (["input=x"], 2, "no truth is given"),
        (["lifter"], 2, "form key=value"),
        (["result=x", "truth=y", "lifter=temporal"], 2, "nothing is run"),
        (["mocap=x", "truth=y"], 2, "leave out truth="),
        (
            ["result=x", "truth=y", "joints=some"],
            2,
            "joints is some, but must be one of all, limbs",
        ),
        (["result=x", "truth=y", "seed=-1"], 2, "seed is -1, but must be from 0"),
        (["result=x", "truth=y", "seed=many"], 2, "could not be converted to Integer"),
        (["result=x", "trut=y"], 2, "did you mean 'truth'"),
        (["-m", "result=x"], 2, "runs no sweep"),
        (["--truth", "y"], 2, "Write truth=VALUE"),
        (["result=x", "truth=y", "experiment=fast"], 2, "nothing is run"),
        (["result=x", "truth=nowhere.trc"], 3, "nowhere.trc: there is no such file"),
        (["mocap=nowhere"], 3, "no packed motion"),
    ],
)
def test_mistakes_are_explained(arguments, code, message, *, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == code
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_help_names_every_option(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"{option}=" in text for option in ("truth", "mocap", "joints", "seed", "output"))


def test_held_out_people_are_evaluated_with_clean_and_noisy_keypoints(mocap, tmp_path):
    arguments = [f"mocap={mocap}", "lifter=temporal,detector3d", "threads=1", "seed=3"]
    assert main([*arguments, f"output={tmp_path / 'one'}"]) == 0
    report = json.loads((tmp_path / "one/evaluation.json").read_text())
    clean, noisy = ({row["name"]: row for row in part["rows"]} for part in report["sections"])
    # Ben does what Anna does, so her poses are as good as his.
    errors = {name: row["measures"] and row["measures"]["mpjpe"] for name, row in clean.items()}
    assert errors["nearest neighbour"] < 0.5 * errors["mean pose"]
    assert errors["temporal"] < 0.5 * errors["mean pose"]
    assert "needs 3D from the detector" in clean["detector3d"]["problem"]
    assert noisy["temporal"]["measures"]["mpjpe"] > errors["temporal"]
    assert main([*arguments, f"output={tmp_path / 'two'}"]) == 0
    again = json.loads((tmp_path / "two/evaluation.json").read_text())
    assert again == report


def test_a_real_video_is_detected_once(shared_data, mocap, tmp_path):
    """The detector's own 3D was measured at 82 mm on this clip by other code."""
    videos, runs = shared_data / "videos", []

    class Observer:
        @hookimpl
        def run_started(self, plan):
            runs.append(plan.video.path.name)

    registry().manager.register(observer := Observer())
    try:
        code = main(
            [
                f"input={videos / 'balancing_cam03.mp4'}",
                f"truth={videos / 'balancing_truth_refined.npz'}",
                "detector.flip=false",
                "lifter=detector3d,temporal",
                "refiner=none",
                "joints=limbs",
                f"mocap={mocap}",
                "threads=1",
                f"output={tmp_path}",
            ]
        )
    finally:
        registry().manager.unregister(observer)
    assert code == 0
    assert runs == ["balancing_cam03.mp4"]
    (section,) = json.loads((tmp_path / "evaluation.json").read_text())["sections"]
    baselines, lifted = section["rows"][:2], section["rows"][2:]
    assert [row["name"] for row in baselines] == ["mean pose", "nearest neighbour"]
    assert all(row["measures"]["p_mpjpe"] > 120 for row in baselines)
    own, temporal = (row["measures"] for row in lifted)
    assert own["frames"] == 100
    assert own["p_mpjpe"] == pytest.approx(82, abs=3)
    assert own["mpjpe"] is None
    assert temporal["p_mpjpe"] < own["p_mpjpe"]
    assert temporal["acceleration"] < 0.5 * own["acceleration"]
