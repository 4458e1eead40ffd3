"""The package that docs/writing-a-plugin.md grows is built from the page and used."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from framework.hookspecs import ObserverSpecs, RegisterSpecs
from framework.testing.sample import Sample

tomllib = pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")

EXAMPLE = Path(__file__).resolve().parents[1] / "third_party" / "framework-example" / "src"
PAGE = "writing-a-plugin.md"
RUN_A_CLIP = """
from framework.stages import Runtime
from framework.testing.sample import Sample
from framework.testing.tracker import play
from my_tracker.nearest import Nearest
{config}
tracker, sample = Nearest({argument}, Runtime()), Sample.make(rows=24, people=2)
tracker.start(sample.video)
(track,) = play(tracker, sample)
print(len(track), int(track.present.sum()))
"""
READ_IT_BACK = """
from framework.config import compose_config
from framework.help import help_text
from framework.registry import registry
assert "experiment=stage_dance" in help_text()
assert not registry().failures, registry().failures
item = registry().find("tracker", "nearest")
assert item.missing() == []
print(item.package, item.version, item.entry.licence)
print(compose_config(["experiment=stage_dance"]).tracker.min_height)
print("my_heights" in registry().weights, "upper_body" in registry().skeletons)
"""
RUN_IT = """
import logging, sys
sys.path.append(sys.argv[2])
from framework_example.bright import Bright, BrightConfig
from framework.config import compose_config
from framework.pipeline import Pipeline
from framework.stages import Runtime
logging.basicConfig(level="INFO", format="%(message)s", stream=sys.stdout)
config = compose_config(["tracker=nearest", "renderer=none"])
Pipeline(config, detector=Bright(BrightConfig(), Runtime())).run(sys.argv[1])
"""


@pytest.fixture(scope="module")
def versions(blocks):
    """Every version of every file, in the order of the page."""
    found = {}
    for block in blocks(PAGE):
        if block.file:
            found.setdefault(block.file, []).append(block.text)
    return found


@pytest.fixture(scope="module")
def package(versions, tmp_path_factory):
    """The package as it is at the end of the page, announced as an installed one would be."""
    folder = tmp_path_factory.mktemp("package")
    for name, texts in versions.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[-1], encoding="utf-8")
    project = tomllib.loads(versions["pyproject.toml"][-1])["project"]
    info = folder / "my_tracker-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = project["entry-points"]["framework.plugins"]
    lines = [f"{name} = {target}" for name, target in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[framework.plugins]", *lines]))
    return folder


def python(folder, *arguments):
    """Run Python where the package is installed, without other plugins."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "FRAMEWORK_PLUGINS": "my_tracker"}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_first_lines_are_a_tracker_already(versions, tmp_path):
    (tmp_path / "my_tracker").mkdir()
    (tmp_path / "my_tracker" / "nearest.py").write_text(versions["my_tracker/nearest.py"][0])
    said = python(tmp_path, "-c", RUN_A_CLIP.format(config="", argument="None"))
    assert said.split() == ["24", "21"]  # nobody is in three of the frames


def test_with_settings_it_does_the_same(package):
    config = "from my_tracker.config import NearestConfig"
    said = python(package, "-c", RUN_A_CLIP.format(config=config, argument="NearestConfig()"))
    assert said.split() == ["24", "21"]


def test_every_version_of_the_announcement_can_be_loaded(versions, package):
    for text in versions["my_tracker/__init__.py"]:
        (package / "my_tracker" / "__init__.py").write_text(text)
        said = python(package, "-m", "framework.list")
        assert "my-tracker 0.1.0" in said


def test_settings_presets_weights_and_skeleton_are_known(package):
    said = python(package, "-W", "error", "-c", READ_IT_BACK)
    assert said.split() == ["my-tracker", "0.1.0", "MIT", "200.0", "True", "True"]


def test_its_contract_test_passes(package):
    said = python(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    checks = int(re.search(r"(\d+) passed", said)[1])
    assert checks > 20


def test_the_other_blocks_run(blocks, package):
    loose = [block for block in blocks(PAGE) if block.language == "python" and not block.file]
    assert loose
    for block in loose:
        python(package, "-c", block.text)


def test_the_observer_is_told_of_a_run(package):
    clip = Sample.make(rows=12, people=1).written(package).video.path
    assert python(package, "-c", RUN_IT, clip, EXAMPLE).split("\n")[0] == (
        "clip.avi: 1 people in 12 frames"
    )


def test_each_hook_has_a_heading_with_exactly_its_arguments(docs):
    page = (docs / PAGE).read_text(encoding="utf-8")
    shown = re.findall(r"^### `(\w+\(.*\))`$", page, re.MULTILINE)
    hooks = [
        f"{name}({', '.join(list(inspect.signature(function).parameters)[1:])})"
        for specs in (RegisterSpecs, ObserverSpecs)
        for name, function in vars(specs).items()
        if not name.startswith("_")
    ]
    assert shown == hooks
