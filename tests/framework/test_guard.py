"""Configurations from outside set values and nothing else, unless the user says so."""

import subprocess
import sys

import pytest

from framework import results
from framework.errors import ConfigurationError, InputError
from framework.guard import refuse_foreign_code

HARMLESS = {
    "values": "defaults: [config, _self_]\nstride: 2\ntracker: {}\n",
    "sweep": "hydra:\n  sweeper:\n    params:\n      stride: 1,2\n  sweep:\n    dir: here\n",
    "escaped": "input: '\\${oc.env:HOME}.mp4'\n",
    "reference": "a: 3\nb: ${a}\n",
    "text": "input: 'clip: one.mp4'\n",
    "name": "input: 'me@hydra.mp4'  # not @package hydra\n",
}
REFUSED = {
    "callback": "hydra:\n  callbacks:\n    x:\n      _target_: builtins.print\n",
    "logging": "hydra:\n  job_logging:\n    handlers: {x: {class: logging.NullHandler}}\n",
    "launcher": "defaults:\n  - override hydra/launcher: basic\n",
    "search": "hydra:\n  searchpath: [pkg://json]\n",
    "sweeper": "hydra:\n  sweeper:\n    _target_: builtins.print\n",
    "package": "# @package hydra.callbacks\nx:\n  y: 1\n",
    "placed": "defaults:\n  - other@hydra.callbacks: values\n",
    "target": "detector:\n  _target_: builtins.print\n",
    "environment": "output: ${oc.env:HOME}/x\n",
    "nested": "output: 'a${oc.env:${name}}'\nname: HOME\n",
    "in_a_list": "input: [a.mp4, '${oc.env:HOME}']\n",
    "in_a_key": "'${oc.env:HOME}': 1\n",
    "even_backslashes": "output: 'x\\\\\\\\${oc.env:HOME}'\n",
    "included": "defaults: [callback]\n",
    "in_a_group": "defaults:\n  - inner/deeper: [evil]\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in (HARMLESS | REFUSED).items():
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "inner" / "deeper").mkdir(parents=True)
    (tmp_path / "inner" / "deeper" / "evil.yaml").write_text("_target_: builtins.print\n")
    return tmp_path


@pytest.mark.parametrize("name", HARMLESS)
def test_values_are_allowed(folder, name):
    refuse_foreign_code(["--config-dir", str(folder), "--config-name", name, "input=a.mp4"])


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("flags", ["-cd {} -cn {}", "--config-dir={} --config-name={}.yaml",
                                   "--config-path {} --config-name {}"])  # fmt: skip
def test_what_builds_objects_or_reads_the_environment_is_refused(folder, name, flags):
    arguments = flags.format(folder, name).split()
    with pytest.raises(ConfigurationError, match="trust=true"):
        refuse_foreign_code(arguments)
    refuse_foreign_code([*arguments, "trust=true"])


@pytest.mark.parametrize("override", ["experiment=callback", "+experiment=[values,callback]"])
def test_a_file_that_an_override_chooses_is_looked_through(folder, override):
    (folder / "experiment").mkdir()
    (folder / "callback.yaml").rename(folder / "experiment" / "callback.yaml")
    with pytest.raises(ConfigurationError, match="callback"):
        refuse_foreign_code(["--config-dir", str(folder), override])


def test_other_files_of_the_folder_do_not_matter(folder):
    refuse_foreign_code(["--config-dir", str(folder), "tracker=largest"])
    refuse_foreign_code(["tracker=callback"])


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe", b"!!python/object:os.system {}"])
def test_a_file_that_is_no_yaml_is_named(tmp_path, content):
    (tmp_path / "odd.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.yaml' cannot be read"):
        refuse_foreign_code(["-cd", str(tmp_path), "-cn", "odd"])


def test_a_refused_configuration_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    (tmp_path / "evil.yaml").write_text(
        "defaults: [config, _self_]\nhydra:\n  callbacks:\n    x:\n"
        f"      _target_: pathlib.Path.touch\n      self: {mark}\n"
    )
    command = [sys.executable, "-m", "framework", "-cd", str(tmp_path), "-cn", "evil", "input=a"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "sets hydra.callbacks" in done.stderr
    assert not mark.exists()


def test_values_of_the_environment_are_in_no_record(make_clip, tmp_path, monkeypatch):
    monkeypatch.setenv("LOST", "1.7654")
    command = [sys.executable, "-m", "framework", f"input={make_clip(frames=3)}", "output=out"]
    options = ["renderer=none", "detector.tiles=one", "exporter=[npz,json]"]
    lost = "tracker.lost_s=${oc.env:LOST}"
    done = subprocess.run([*command, *options, lost], cwd=tmp_path, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    for path in (tmp_path / "out").glob("clip[._]*"):
        assert b"1.7654" not in path.read_bytes()
    meta = results.load(tmp_path / "out" / "clip.npz").meta
    assert meta["config"]["tracker"]["lost_s"] == "${oc.env:LOST}"
    again = [sys.executable, "-m", "framework", "-cd", "out", "-cn", "clip_config", "output=two"]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "may read the environment (tracker.lost_s)" in done.stderr
    assert subprocess.call([*again, "trust=true"], cwd=tmp_path, stdout=subprocess.DEVNULL) == 0
