"""The command line as a person uses it: exit codes, messages, any file name, sweeps."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from framework import results
from framework.cli import main
from framework.sweeps import exit_codes

Clip = Callable[..., Path]
Run = Callable[..., int]
QUICK = [
    "renderer=none",
    "exporter=[npz]",
    "lifter=detector3d",
    "threads=1",
    "detector.tiles=one",
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the program in a folder of its own and return its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")  # the program sets it; this takes it back

    def call(*arguments: str) -> int:
        exit_codes.clear()
        monkeypatch.setattr(sys, "argv", ["framework", *arguments])
        handler = signal.getsignal(signal.SIGTERM)
        with pytest.raises(SystemExit) as end:
            main()
        signal.signal(signal.SIGTERM, handler)
        return int(end.value.code or 0)

    return call


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "no input is given\n  Say which video: input=clip.mp4"),
        (["input="], 2, "no input is given"),
        (["input=x", "detectr=blazepose"], 2, "did you mean 'detector'?"),
        (["inptu=x"], 2, "did you mean 'input'?"),
        (["input=[]"], 2, "input is an empty list"),
        (["input=x", "tracker=nan"], 2, "tracker=nan is not possible: tracker takes one name"),
        (["input=x", "exporter=[[]]"], 2, "exporter=[[]] is not possible"),
        (["input=x", "exporter=[null]"], 2, "exporter=[null] is not possible"),
        (["input=x", "refiner=0"], 2, "refiner=0 is not possible: refiner takes a list of names"),
        (["input=x", "threads=???"], 2, "error: threads=??? sets nothing"),
        (["input=x", "end_s=${x}"], 2, "error: Interpolation key 'x' not found"),
        (
            ["input=x", "tracker=largst"],
            2,
            "'largst' is not known (did you mean 'largest'?)",
        ),
        (
            ["input=x", "experiment=fats"],
            2,
            "'fats' is not known (did you mean 'fast'?)",
        ),
        (["input=x", "tracker=null"], 2, "tracker=null is not possible: tracker takes one name"),
        (["input=x", "tracker=[all]"], 2, "tracker takes one name"),
        (["input=x", "exporter=null"], 2, "exporter takes a list of names, or []"),
        (["input=x", "tracker.name=all"], 2, "Write tracker=all"),
        (
            ["input=x", "exporter.compress=true"],
            2,
            "Write exporter.NAME.OPTION=VALUE. Known: angles, bvh",
        ),
        (["input=x", "exporter.csv.a=1"], 2, "exporter 'csv' is not chosen; exporter=[csv] "),
        (["input=x", "exporter.npz.a=1"], 2, "'exporter.npz.a' is no option"),
        (["input=x", "tracker=largest", "tracker.jitter=1"], 2, "=largest has no option 'jitter'"),
        (["input=x", "tracker.jitter=a"], 2, "tracker.jitter is called tracker.measurement_noise"),
        (["input=x", "experiment=classic"], 2, "Leave the choice to experiment/classic"),
        (["input=x", "--json"], 2, "'--json' is no flag"),
        (["input=x", "--multirn"], 2, "did you mean '--multirun'?"),
        (["input=x", "--config-dir", "nowhere"], 2, "nowhere' not found\n  See all options"),
        (["--input", "a.mp4"], 2, "Write input=a.mp4"),
        (["input=x", "detector.modl=full"], 2, "did you mean 'model'?"),
        (["input=x", "exporter=[nzp]"], 2, "did you mean 'npz'?"),
        (["input=x", "threads=many"], 2, "'many' of type 'str' could not be converted"),
        (["input=x", "threads=0"], 2, "threads is 0"),
        (["input=x", "exporter=json,npz"], 2, "Ambiguous value"),
        (["input=x", "detector.max_people=0"], 2, "detector.max_people"),
        (["input=nowhere.mp4"], 3, "'nowhere.mp4' does not exist"),
        (["input=*.nothing"], 3, "'*.nothing' matches no file"),
        (["input=."], 3, "folder"),
        (["input=x", "device=tpu"], 2, "device"),
    ],
)
def test_a_mistake_gets_one_clear_error_and_a_code(
    run: Run,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    assert run(*QUICK, *arguments) == code
    printed = capfd.readouterr()
    assert message in printed.err
    assert printed.err.count("error:") == 1
    assert "Error executing" not in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_never_replaced_in_silence(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*QUICK, f"input={make_clip(frames=2)}", "device=cuda") == 4
    assert "PyTorch finds no GPU" in capfd.readouterr().err


def test_a_traceback_is_shown_only_with_debug(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(*QUICK, "input=nowhere.mp4", "debug=true") == 3
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "clip (1).mp4",
        "a,b.mp4",
        "ü 日本.mp4",
        "it's ${HOME}.mp4",
        "a=b&c#d.mp4",
        "-dash.mp4",
        "1e5",
    ],
)
def test_any_file_name_runs_and_names_its_results(run: Run, make_clip: Clip, name: str) -> None:
    make_clip(frames=2).rename(name)
    assert run(*QUICK, f"input={name}", "output=o ut") == 0
    loaded = results.load(Path("o ut") / f"{Path(name).stem}.npz")
    assert len(loaded.frame_index) == 2
    assert loaded.meta["input"]["name"] == name


def test_results_go_into_hydras_run_folder_unless_told(run: Run, make_clip: Clip) -> None:
    assert run(*QUICK, f"input={make_clip(frames=2)}") == 0
    (found,) = Path("outputs").rglob("clip.npz")
    assert (found.parent / "framework.log").exists()


def test_one_bad_file_does_not_stop_the_others(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    good, bad = make_clip("good.mp4", 2), Path("bad.mp4")
    bad.write_text("no video")
    assert run(*QUICK, f"input=[{bad},{good}]", "output=out") == 3
    assert Path("out/good.npz").exists()
    assert "bad.mp4" in capfd.readouterr().err


def test_workers_give_the_same_results_as_one(run: Run, make_clip: Clip) -> None:
    make_clip("a.mp4", 3), make_clip("b ${c}.mp4", 2)
    listed = "input=[a.mp4,b ${c}.mp4]"
    assert run(*QUICK, listed, "output=one") == 0
    assert run(*QUICK, listed, "output=two", "workers=2", "progress=false") == 0
    for name in ("a", "b ${c}"):
        one, two = (results.load(Path(folder) / f"{name}.npz") for folder in ("one", "two"))
        assert one.counts == two.counts
        assert one.time_s.tolist() == two.time_s.tolist()


def test_a_sweep_ends_with_one_table_of_all_jobs(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    make_clip("a.mp4", 2), make_clip("b,c.mp4", 2)
    sweep = ["-m", "input=a.mp4,b,c.mp4,missing.mp4", "tracker=largest_complete,largest"]
    assert run(*QUICK, *sweep, "hydra.sweep.dir=sweep") == 3
    rows = Path("sweep/sweep.csv").read_text().splitlines()
    assert len(rows) == 1 + 6
    assert sum("does not exist" in row for row in rows) == 2
    printed = capfd.readouterr().out
    assert "tracker=largest" in printed
    assert "wrote sweep/sweep.csv" in printed


def test_a_sweep_compares_speed_people_and_licences(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    make_clip("a.mp4", 2)
    call = ["input=a.mp4", *QUICK[:2], "detector.tiles=one", "refiner=none"]
    assert run("-m", *call, "lifter=detector3d,temporal", "hydra.sweep.dir=sweep") == 0
    with Path("sweep/sweep.csv").open(encoding="utf-8") as file:
        own, learned = csv.DictReader(file)
    for row in (own, learned):
        summary = json.loads(Path(f"sweep/{row['job']}/a_summary.json").read_text())
        seconds = sum(summary["seconds"].values())
        assert float(row["frames_per_s"]) == pytest.approx(2 / seconds, abs=0.06)
        assert float(row["found"]) == summary["counts"]["found"] / 2 == 0
    assert own["licence"] == ""
    assert learned["licence"].startswith("Apache-2.0; trained on")
    printed = capfd.readouterr().out
    assert "licence of all   detector blazepose: Apache-2.0" in printed


def test_a_saved_configuration_repeats_the_run(run: Run, make_clip: Clip) -> None:
    make_clip(frames=4).rename("${x} y.mp4")
    assert run(*QUICK, "input=${x} y.mp4", "output=first", "tracker=largest", "stride=2") == 0
    again = ["--config-dir", "first", "--config-name", "${x} y_config", "output=second"]
    assert run(*again) == 0
    first, second = (results.load(Path(f) / "${x} y.npz") for f in ("first", "second"))
    assert first.frame_index.tolist() == second.frame_index.tolist() == [0, 2]
    assert first.meta["config"] == second.meta["config"]


def test_resume_skips_only_what_is_whole_and_the_same(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    call = [*QUICK, f"input={make_clip(frames=3)}", "output=out", "resume=true"]
    assert run(*call) == 0
    stamp = Path("out/clip.npz").stat().st_mtime_ns
    assert run(*call, "threads=2") == 0
    assert Path("out/clip.npz").stat().st_mtime_ns == stamp
    assert "skipped" in capfd.readouterr().err
    assert run(*call, "stride=2") == 0
    assert Path("out/clip.npz").stat().st_mtime_ns != stamp
    Path("out/clip.npz").unlink()
    assert run(*call, "stride=2") == 0
    assert Path("out/clip.npz").exists()


def test_a_file_that_is_no_result_of_the_same_clip_is_not_replaced(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    make_clip("a.mp4", frames=3)
    Path("a.npz").write_text("mine")
    assert run(*QUICK, "input=a.mp4", "output=.") == 2
    assert "'a.npz' is there, and is no earlier result of 'a.mp4'" in capfd.readouterr().err
    assert Path("a.npz").read_text() == "mine"
    assert run(*QUICK, "input=a.mp4", "output=.", "overwrite=true") == 0
    assert run(*QUICK, "input=a.mp4", "output=.", "stride=2") == 0  # now it is its own
    Path("b").mkdir()
    make_clip("b/a.mp4", frames=4)
    assert run(*QUICK, "input=b/a.mp4", "output=.") == 2
    assert "is no record of 'b/a.mp4'" in capfd.readouterr().err


@pytest.mark.parametrize("damage", ["", "garbage", '{"input": 3}'])
def test_an_edited_result_is_kept_where_the_record_is_damaged(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str], damage: str
) -> None:
    make_clip("a.mp4", frames=3)
    call = [*QUICK, "input=a.mp4", "output=out", "exporter=[csv]"]
    assert run(*call) == 0
    Path("out/a_notes.txt").write_text("mine")
    Path("out/a_summary.json").write_text(damage)
    assert run(*call) == 0  # all results are as they were written
    with Path("out/a.csv").open("a") as file:
        file.write("mine")
    Path("out/a_summary.json").write_text(damage)
    assert run(*call) == 2
    assert "'out/a.csv' is there, and is no earlier result" in capfd.readouterr().err
    assert Path("out/a.csv").read_text().endswith("mine")
    assert Path("out/a_notes.txt").read_text() == "mine"


def test_an_edited_configuration_is_kept(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    make_clip("a.mp4", frames=3)
    assert run(*QUICK, "input=a.mp4", "output=out") == 0
    with Path("out/a_config.yaml").open("a") as file:
        file.write("# mine")
    assert run(*QUICK, "input=a.mp4", "output=out") == 2
    assert "a_config.yaml" in capfd.readouterr().err
    assert Path("out/a_config.yaml").read_text().endswith("# mine")


def test_files_of_an_earlier_run_with_other_exporters_stay_known(run: Run, make_clip: Clip) -> None:
    make_clip("a.mp4", frames=3)
    for exporters in ("[npz,csv]", "[npz]", "[csv]"):
        assert run(*QUICK, "input=a.mp4", "output=out", f"exporter={exporters}") == 0


def test_resume_compares_the_files_that_options_name(run: Run, make_clip: Clip) -> None:
    make_clip("a.mp4", frames=3)
    assert run(*QUICK, "input=a.mp4", "output=first", "exporter=[json]") == 0
    shutil.copy("first/a.json", "keypoints.json")
    call = [
        *[each for each in QUICK if "tiles" not in each and "detector3d" not in each],
        *("detector=keypoints", "detector.file={stem}.json", "input=keypoints.mp4"),
        *("output=out", "resume=true"),
    ]
    shutil.copy("a.mp4", "keypoints.mp4")
    assert run(*call) == 0
    stamp = Path("out/keypoints.npz").stat().st_mtime_ns
    assert run(*call) == 0
    assert Path("out/keypoints.npz").stat().st_mtime_ns == stamp
    document = json.loads(Path("keypoints.json").read_text())
    Path("keypoints.json").write_text(json.dumps(document) + " ")
    assert run(*call) == 0
    assert Path("out/keypoints.npz").stat().st_mtime_ns != stamp


def test_a_keypoint_file_is_never_replaced(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    make_clip("a.mp4", frames=3)
    assert run(*QUICK, "input=a.mp4", "output=t2", "exporter=[json]") == 0
    before = Path("t2/a.json").read_bytes()
    call = [each for each in QUICK if "tiles" not in each and "detector3d" not in each]
    call += ["detector=keypoints", "detector.file=t2/{stem}.json", "exporter=[json]"]
    assert run(*call, "input=a.mp4", "output=t2", "overwrite=true") == 2
    assert "would replace the file of that name that was given" in capfd.readouterr().err
    assert Path("t2/a.json").read_bytes() == before


def test_the_summary_is_printed_and_written(
    run: Run, make_clip: Clip, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*QUICK, f"input={make_clip(frames=3)}", "output=out") == 0
    printed = capfd.readouterr().out
    assert "3 frames read" in printed
    assert "out/clip.npz" in printed
    record = json.loads(Path("out/clip_summary.json").read_text())
    assert record["counts"]["frames"] == 3
    assert record["licences"] == {"detector blazepose": "Apache-2.0"}
    assert set(record["files"]) == {"clip.npz"}


def test_kill_leaves_no_partial_file(make_clip: Clip, tmp_path: Path) -> None:
    clip = make_clip(frames=2000)
    command = [sys.executable, "-m", "framework", f"input={clip}", "output=out", *QUICK]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("out/.clip.partial-*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert list((tmp_path / "out").iterdir()) == []


def test_the_console_script_is_the_same_program(tmp_path: Path) -> None:
    script = shutil.which("framework", path=str(Path(sys.executable).parent))
    assert script is not None
    assert subprocess.call([script, "input=no.mp4", *QUICK], cwd=tmp_path) == 3
