"""``python -m framework.train`` as a user types it."""

import subprocess
import sys


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


def test_help_shows_every_setting(tmp_path):
    done = train("--help", cwd=tmp_path)
    assert done.returncode == 0
    for setting in ("motion_root", "elevation_rad", "weight_decay", "dilations", "seed"):
        assert setting in done.stdout
