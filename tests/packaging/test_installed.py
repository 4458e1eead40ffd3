"""The framework from its wheel and a package from outside, in a clean environment.

Everything is started from a folder with a hostile ``plugins`` and ``conf``.
"""

import csv
import json
import shutil
from pathlib import Path

import pytest

from framework.stages import STAGES
from framework.testing.sample import Sample

EXAMPLE = Path(__file__).resolve().parents[1] / "third_party" / "framework-example"
SINGLE = ("interpolator", "detector", "completeness", "tracker", "lifter", "renderer")
CHOSEN = [*(f"{stage}=example" for stage in SINGLE), "refiner=[example]", "exporter=[example,npz]"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def clip(installed):
    return Sample.make(rows=12, people=2).written(installed.folder).video.path


def test_the_framework_is_the_one_in_the_wheel(installed):
    code = "import framework, framework.plugins as p; print(framework.__file__, *p.__path__)"
    places = installed.run("-c", code).split()
    assert len(places) == 2
    assert all(Path(place).is_relative_to(installed.python.parents[1]) for place in places)


def test_all_eight_are_listed_with_package_and_version(installed):
    listed = json.loads(installed.run("-m", "framework.list", "--json"))
    foreign = [row for row in listed["stages"] if row["package"] == "framework-example"]
    assert [row["stage"] for row in foreign] == list(STAGES)
    assert {(row["name"], row["version"]) for row in foreign} == {("example", "2.3.4")}
    assert all(row["usable"] for row in foreign)
    assert listed["failures"] == []


def test_the_help_names_them_and_their_options(installed):
    text = installed.run("-m", "framework", "--help", *CHOSEN)
    assert text.count("* example ") == len(STAGES)
    assert text.count("[framework-example 2.3.4, MIT]") == len(STAGES)
    assert "detector.contrast=60" in text
    assert "refiner.example.radius=1" in text


def test_a_run_uses_them(installed, clip):
    chosen = [*CHOSEN, "detector.contrast=50", "refiner.example.radius=2"]
    installed.run("-m", "framework", f"input={clip}", "output=out", *chosen)
    record = json.loads((installed.folder / "out" / "clip_summary.json").read_text())
    packages = {stage["stage"]: stage["package"] for stage in record["stages"]}
    assert set(packages) == set(STAGES)
    assert {packages[stage] for stage in SINGLE} == {"framework-example"}
    assert record["counts"]["frames"] == 12
    assert record["counts"]["valid"] == 9  # nobody is in the other three
    lines = (installed.folder / "out" / "clip_lines.jsonl").read_text().splitlines()
    assert len(lines) == 1 + 12 * record["counts"]["people"]
    assert (installed.folder / "out" / "clip_dots.avi").is_file()


def test_a_sweep_goes_over_them(installed, clip):
    fixed = [choice for choice in CHOSEN if not choice.startswith("tracker")]
    sweep = ("tracker=example,largest", "hydra.sweep.dir=sweep")
    installed.run("-m", "framework", "-m", f"input={clip}", *fixed, *sweep)
    with (installed.folder / "sweep" / "sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["result"] for row in rows] == ["done", "done"]
    assert [row["frames"] for row in rows] == ["12", "12"]
    assert ["tracker=example" in row["overrides"] for row in rows] == [True, False]


def test_worker_processes_have_them_too(installed, clip):
    second = shutil.copy(clip, installed.folder / "second.avi")
    inputs = (f"input=[{clip},{second}]", "output=both", "workers=2")
    installed.run("-m", "framework", *inputs, *CHOSEN)
    written = {path.name for path in (installed.folder / "both").glob("*_lines.jsonl")}
    assert written == {"clip_lines.jsonl", "second_lines.jsonl"}


def test_a_broken_package_beside_them_is_reported_and_disturbs_nothing(installed, tmp_path):
    info = tmp_path / "broken_one-9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-one\nVersion: 9.9\n")
    (info / "entry_points.txt").write_text("[framework.plugins]\nbroken = broken_one\n")
    (tmp_path / "broken_one.py").write_text("raise RuntimeError('no licence key')\n")
    beside = {"PYTHONPATH": str(tmp_path)}
    listed = json.loads(installed.run("-m", "framework.list", "--json", **beside))
    (failure,) = listed["failures"]
    assert (failure["plugin"], failure["package"]) == ("broken", "broken-one")
    assert "RuntimeError: no licence key" in failure["cause"]
    assert "broken-one" in failure["hint"]
    assert "tracker.reach=0.5" in installed.run(
        "-m", "framework", "--help", "tracker=example", **beside
    )


@pytest.mark.parametrize(
    ("allowed", "packages"),
    [("", {"framework"}), ("example", {"framework", "framework-example"})],
)
def test_the_environment_switches_them_off(installed, allowed, packages):
    listed = installed.run("-m", "framework.list", "--json", FRAMEWORK_PLUGINS=allowed)
    assert {row["package"] for row in json.loads(listed)["stages"]} == packages


def test_its_own_tests_pass_where_it_is_installed(installed):
    shutil.copytree(EXAMPLE / "tests", installed.folder / "its_tests")
    said = installed.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "its_tests")
    assert " passed" in said
    assert "skipped" not in said
