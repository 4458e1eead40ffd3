import sys
from pathlib import Path

import pytest

from framework.errors import BackendError
from framework.video.ffmpeg import find_ffmpeg


def test_configured_program_comes_first():
    assert find_ffmpeg(Path(sys.executable)) == Path(sys.executable)


def test_program_on_path_comes_before_the_package(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_ffmpeg() == program


def test_package_is_the_last_resort(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in str(find_ffmpeg())


def test_configured_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BackendError, match="nowhere"):
        find_ffmpeg(tmp_path / "nowhere")


def test_no_ffmpeg_at_all_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(BackendError, match="pip install imageio-ffmpeg"):
        find_ffmpeg()
