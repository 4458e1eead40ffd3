"""``python -m framework.sample``: options, files, and options of earlier versions."""

from pathlib import Path

import pytest

from framework.sample import SampleOptions, main

TINY = ["size=128x72", "seconds=0.5", "fps=10"]


def test_the_command_prints_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main([f"output={tmp_path}", *TINY]) == 0
    printed = capsys.readouterr().out.split()
    assert printed == [str(tmp_path / "sample.mp4"), str(tmp_path / "sample_truth.npz")]
    assert all(Path(path).stat().st_size > 1000 for path in printed)


def test_if_missing_leaves_existing_files_alone(tmp_path: Path) -> None:
    video = tmp_path / "sample.mp4"
    video.write_bytes(b"mine")
    (tmp_path / "sample_truth.npz").touch()
    assert main([f"output={tmp_path}", "if_missing=true", *TINY]) == 0
    assert video.read_bytes() == b"mine"
    (tmp_path / "sample_truth.npz").unlink()
    assert main([f"output={tmp_path}", "if_missing=true", *TINY]) == 0
    assert video.read_bytes() != b"mine"


def test_flags_of_earlier_versions_work_with_a_note(tmp_path, capsys) -> None:
    old = ["--output", str(tmp_path / "old"), "--size", "128x72", "--seconds=0.2", "--fps", "10"]
    assert main(old) == 0
    assert "note: --size is now written size=128x72" in capsys.readouterr().err
    assert main([f"output={tmp_path / 'new'}", "size=128x72", "seconds=0.2", "fps=10"]) == 0
    assert capsys.readouterr().err == ""
    for name in ("sample.mp4", "sample_truth.npz"):
        assert (tmp_path / "old" / name).read_bytes() == (tmp_path / "new" / name).read_bytes()
    assert main(["--output", str(tmp_path / "old"), "--if-missing"]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "size=big",
        "size=20x20",
        "fps=0",
        "fps=1/0",
        "seconds=-1",
        "seconds=nan",
        "seed=-1",
        "seed=x",
    ],
)
def test_wrong_options_end_with_2_and_a_message(tmp_path, capsys, wrong) -> None:
    assert main([f"output={tmp_path}", wrong]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert wrong.partition("=")[2] in message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["second=5"], "did you mean 'seconds'"),
        (["-m", "seed=1,2"], "runs no sweep"),
        (["--video", "x"], "options have no dashes"),
        (["data"], "form key=value"),
    ],
)
def test_unknown_arguments_are_named(arguments, said, capsys) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_the_size_and_the_frame_rate_are_read_exactly() -> None:
    options = SampleOptions(size="1280X720", fps="30000/1001")
    assert options.size_wh == (1280, 720)
    assert options.frame_rate.denominator == 1001
