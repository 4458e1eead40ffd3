"""An editable installation behaves as the wheel: what it maps, its types and its console script."""

import subprocess
import sys

import pytest

from framework.registry import builtin_modules

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SCRIPT = """
from pathlib import Path

from framework import Pipeline, RunResult


def run(clip: Path) -> RunResult:
    with Pipeline.from_config(["renderer=none"]) as pipeline:
        return pipeline.run(clip)


def frames(result: RunResult) -> int:
    return int(result.poses[0].joints.shape[0])
"""
WRONG = SCRIPT + "\n\ndef wrong(result: RunResult) -> str:\n    return result.frame_index\n"


@pytest.fixture(params=["installed", "editable"])
def environment(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", ["framework.framework", "framework.tests", "framework.docs"])
def test_nothing_else_of_the_checkout_is_part_of_the_package(environment, name):
    code = f"import importlib.util as u, framework; print(u.find_spec({name!r}))"
    assert environment.run("-c", code) == "None\n"


def test_exactly_plugins_conf_and_checkpoint_are_mapped(environment):
    code = (
        "import framework, importlib\n"
        "for name in ('plugins', 'conf', 'checkpoint'):\n"
        "    print(importlib.import_module(f'framework.{name}').__name__)\n"
        "print(len(framework.__path__))"
    )
    names = environment.run("-c", code).split()
    assert names == ["framework.plugins", "framework.conf", "framework.checkpoint", "1"]


def test_every_builtin_is_found(environment):
    code = "from framework.registry import builtin_modules; print(*builtin_modules())"
    assert environment.run("-c", code).split() == builtin_modules()


def test_the_console_script_is_not_shadowed_by_folders_in_the_working_directory(
    environment, tmp_path
):
    for name in ("framework", "plugins", "conf"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong folder')")
    text = environment.script("--help", cwd=tmp_path)
    assert "Usage: framework input=VIDEO" in text
    assert " * blazepose " in text
    composed = environment.script("--cfg", "job", cwd=tmp_path)
    assert "name: largest_complete" in composed


def test_a_script_of_a_user_is_type_checked(environment, tmp_path):
    (tmp_path / "good.py").write_text(SCRIPT)
    (tmp_path / "wrong.py").write_text(WRONG)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    command = [*mypy, "--python-executable", str(environment.python), "good.py", "wrong.py"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    # The types are really known: only the wrong return value is reported.
    assert done.stdout.startswith("wrong.py:"), done.stdout
    assert "error: Incompatible return value type" in done.stdout
    assert "Found 1 error in 1 file" in done.stdout
