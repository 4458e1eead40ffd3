"""Nothing that a terminal, a pipe or a disk does with our messages may end a run."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from framework.streams import Forgiving, printable

QUICK = ["renderer=none", "exporter=[npz]", "lifter=detector3d", "detector.tiles=one"]


def test_control_characters_are_shown_not_obeyed():
    assert printable("red\x1b[31m\x07\x9b\n\tend é") == "red\\x1b[31m\\x07\\x9b\n\tend é"


class Full(io.StringIO):
    """Takes nothing."""

    def write(self, text):
        raise OSError(28, "No space left on device")


def test_a_stream_that_takes_nothing_is_forgiven():
    stream = Forgiving(Full())
    assert stream.write("a line\n") == 7
    stream.flush()
    assert not stream.isatty()


def test_without_a_stream_nothing_is_written():
    Forgiving(None).write("nobody reads this")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "redirection", ["2>/dev/full", "2>&-", ">/dev/full", ">&-", "<&- >&- 2>&-"]
)
def test_results_do_not_depend_on_where_messages_go(make_clip, tmp_path, redirection):
    clip = make_clip(frames=3)
    command = [sys.executable, "-m", "framework", f"input={clip}", f"output={tmp_path / 'out'}"]
    shell = f'exec "$@" {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *command, *QUICK], cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert (tmp_path / "out" / "clip.npz").stat().st_size > 0
    assert (tmp_path / "out" / "clip_summary.json").exists()


def test_a_name_that_is_no_text_gets_all_files(make_clip, tmp_path):
    clip = make_clip(frames=3)
    odd = os.fsencode(tmp_path) + b"/odd\xff.mp4"
    os.rename(clip, odd)  # noqa: PTH104  (bytes)
    command = [sys.executable, "-m", "framework", os.fsdecode(b"input=" + odd), "output=out"]
    options = [*QUICK[:1], "exporter=[npz,json,csv,bvh,glb,trc,camera]", *QUICK[2:]]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    suffixes = {path.name.partition("\ufffd")[2] for path in (tmp_path / "out").iterdir()}
    assert {".npz", ".json", ".csv", "_summary.json", "_config.yaml"} <= suffixes
