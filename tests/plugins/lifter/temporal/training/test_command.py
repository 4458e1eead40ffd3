"""``python -m framework.train`` as a user types it."""

import subprocess
import sys

import pytest

import framework.train


def train(*arguments, cwd):
    command = [sys.executable, "-m", "framework.train", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_a_folder_without_recordings_is_named_with_the_next_step(tmp_path):
    done = train("motion_root=/nowhere", "output=run", cwd=tmp_path)
    assert done.returncode == 3
    assert "/nowhere/split.json" in done.stdout + done.stderr
    assert "Set motion_root" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_setting_is_refused(tmp_path):
    done = train("motion_root=/nowhere", "output=run", "schedule.step=3", cwd=tmp_path)
    assert done.returncode == 2
    assert "schedule.step" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "is missing\n  See: python -m framework.train --help"),
        (["word"], "'word' is not of the form NAME=VALUE"),
        (["--bogus"], "'--bogus' is not a flag"),
        (["-m", "seed=1,2"], "framework.train runs no sweep"),
        (["recipe.borowed=0.3"], "Key 'borowed' not in 'Recipe'\n  'borowed' is no option"),
        (["schedule.steps=-3"], "error: schedule.steps is -3, but must be at least 0"),
        (["recordings=foo"], "recordings 'foo' is not known\n  Known: permissive"),
    ],
)
def test_a_mistake_is_answered_with_settings_of_the_training(
    monkeypatch, capfd, tmp_path, arguments, said
):
    needed = ["motion_root=/nowhere", "output=run"] if arguments else []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    monkeypatch.setattr(sys, "argv", ["framework.train", *arguments, *needed])
    with pytest.raises(SystemExit) as end:
        framework.train.main()
    printed = capfd.readouterr().err
    assert end.value.code == 2
    assert said in printed
    assert "Error executing job" not in printed


def test_help_shows_every_setting(tmp_path):
    done = train("--help", cwd=tmp_path)
    assert done.returncode == 0
    for setting in ("motion_root", "elevation_rad", "weight_decay", "dilations", "seed"):
        assert setting in done.stdout
