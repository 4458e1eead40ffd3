"""Results appear under their names only when they are whole."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from framework.errors import ConfigurationError, StageError
from framework.outputs import OutputFolder, digest, result_names


def test_equal_stems_get_numbers() -> None:
    sources = [Path(name) for name in ("a/clip.mp4", "b/clip.avi", "c/x.mp4", "clip-2.mov", "clip")]
    names = result_names(sources)
    assert names == ["clip", "clip-2", "x", "clip-2-2", "clip-3"]
    assert len(set(names)) == len(names)


def test_files_appear_together_at_the_end(tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_text("x")
    with OutputFolder(tmp_path / "out", "clip", source) as folder:
        path = folder.target.with_suffix(".npz")
        path.write_text("whole")
        assert not (tmp_path / "out" / "clip.npz").exists()
        folder.commit([path])
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["clip.npz"]


def test_the_input_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "clip.npz"
    source.write_text("precious")
    with (
        pytest.raises(
            ConfigurationError, match="would replace the file of that name that was given"
        ),
        OutputFolder(tmp_path, "clip", source) as folder,
    ):
        path = folder.target.with_suffix(".npz")
        path.write_text("new")
        folder.commit([path])
    assert source.read_text() == "precious"


def test_the_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(tmp_path / "abc") == expected


def test_the_digest_of_a_folder_changes_with_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "keypoints"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.json").write_text("2")
    (folder / "inner" / "a.json").write_text("1")
    names = f"b.json\n{sha(b'2')}\ninner/a.json\n{sha(b'1')}\n"
    assert digest(folder) == sha(names.encode())
    (folder / "b.json").rename(folder / "c.json")
    assert digest(folder) != sha(names.encode())


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


NAMES = ("clip.npz", "clip.csv")


def record_of(content: str, source: str = "clip.mp4") -> str:
    digests = dict.fromkeys(NAMES, sha(content.encode()))
    return json.dumps({"input": {"path": source, "sha256": ""}, "sha256": digests, "is": content})


def old_result(folder: Path, source: str = "clip.mp4") -> None:
    for name in NAMES:
        (folder / name).write_text("old")
    (folder / "clip_summary.json").write_text(record_of("old", source))


def new_result(folder: OutputFolder) -> tuple[list[Path], Path]:
    paths = [folder.target.with_name(name) for name in NAMES]
    for path in paths:
        path.write_text("new")
    record = folder.target.with_name("clip_summary.json")
    record.write_text(record_of("new"))
    return paths, record


def contents(folder: Path) -> set[str]:
    return {
        json.loads(file.read_text())["is"] if file.suffix == ".json" else file.read_text()
        for file in folder.iterdir()
        if file.is_file()
    }


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("fails_at", range(6))
def test_a_rename_that_fails_leaves_everything_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, error: BaseException
) -> None:
    old_result(tmp_path)
    real, count = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == fails_at + 1:
            raise error
        return real(self, target)

    expected = StageError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected), OutputFolder(tmp_path, "clip", Path("clip.mp4")) as folder:
        paths, record = new_result(folder)
        monkeypatch.setattr(Path, "replace", replace)
        folder.commit(paths, record)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "clip.csv", "clip.npz", "clip_summary.json",
    ]  # fmt: skip
    assert contents(tmp_path) == {"old"}


@pytest.mark.parametrize("killed_at", range(7))
def test_a_kill_between_renames_never_leaves_a_record_of_a_mixture(
    tmp_path: Path, killed_at: int
) -> None:
    old_result(tmp_path)
    program = f"""
import os, sys
from pathlib import Path
from framework.outputs import OutputFolder
real, count = Path.replace, 0
def replace(self, target):
    global count
    if count == {killed_at}:
        os.kill(os.getpid(), 9)
    count += 1
    return real(self, target)
with OutputFolder(Path(sys.argv[1]), "clip", Path("clip.mp4")) as folder:
    paths = [folder.target.with_name(name) for name in ("clip.npz", "clip.csv")]
    record = folder.target.with_name("clip_summary.json")
    for path in paths:
        path.write_text("new")
    record.write_text({record_of("new")!r})
    Path.replace = replace
    folder.commit(paths, record)
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == (-9 if killed_at < 6 else 0)
    if (tmp_path / "clip_summary.json").exists():
        assert len(contents(tmp_path)) == 1
    # The next run takes away what the killed one left.
    with OutputFolder(tmp_path, "other", Path("other.mp4")):
        hidden = [path for path in tmp_path.iterdir() if path.name.startswith(".clip")]
        assert hidden == []
        # A commit that was begun is finished: every file was whole by then.
        assert contents(tmp_path) == {"new"}
        assert len([file for file in tmp_path.iterdir() if file.is_file()]) == 3


def test_results_of_another_input_are_not_replaced(tmp_path: Path) -> None:
    old_result(tmp_path, source="elsewhere/clip.mp4")
    (tmp_path / "clip.mp4").write_text("x")
    with (
        pytest.raises(ConfigurationError, match=r"no record of .*\n.*overwrite=true"),
        OutputFolder(tmp_path, "clip", tmp_path / "clip.mp4"),
    ):
        pass
    with OutputFolder(tmp_path, "clip", tmp_path / "clip.mp4", overwrite=True) as folder:
        folder.commit(*new_result(folder))
    assert contents(tmp_path) - {"x"} == {"new"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"input": 3}', b'{"sha256": {}}', b"\xff"])
def test_a_record_that_is_none_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clip_summary.json").write_bytes(content)
    with (
        pytest.raises(ConfigurationError, match="no record of"),
        OutputFolder(tmp_path, "clip", Path("clip.mp4")),
    ):
        pass


def test_a_file_that_no_record_names_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "clip.csv").write_text("mine")
    with OutputFolder(tmp_path, "clip", Path("clip.mp4")) as folder:
        paths, record = new_result(folder)
        with pytest.raises(ConfigurationError, match=r"clip\.csv.* is no earlier result"):
            folder.commit(paths, record)
    assert contents(tmp_path) == {"mine"}


def test_a_result_that_was_changed_since_is_not_replaced(tmp_path: Path) -> None:
    old_result(tmp_path)
    (tmp_path / "clip.csv").write_text("edited")
    with OutputFolder(tmp_path, "clip", Path("clip.mp4")) as folder:
        folder.check_free([folder.target.with_name("clip.npz")])
        with pytest.raises(ConfigurationError, match="was changed since"):
            folder.check_free([folder.target.with_name("clip.csv")])


def test_files_that_the_user_named_are_not_replaced_even_then(tmp_path: Path) -> None:
    named = tmp_path / "clip.csv"
    named.write_text("named")
    with OutputFolder(tmp_path, "clip", Path("c.mp4"), [named], overwrite=True) as folder:
        with pytest.raises(ConfigurationError, match="that was given"):
            folder.check_free([folder.target.with_name("clip.csv")])


def test_names_of_results_of_one_another_are_kept_apart() -> None:
    names = result_names([Path("a.mp4"), Path("a_summary.mp4"), Path("a_left.mp4")])
    assert names == ["a", "a_summary-2", "a_left"]


def test_files_that_are_not_whole_make_room(tmp_path: Path) -> None:
    with OutputFolder(tmp_path, "clip", Path("clip.mp4")) as folder:
        paths, _ = new_result(folder)
        folder.keep_only(paths)
        left = {path.name for path in folder.target.parent.iterdir()} - {".lock"}
        assert left == {"clip.npz", "clip.csv"}


def test_the_private_folder_of_another_machine_stays(tmp_path: Path) -> None:
    with OutputFolder(tmp_path, "clip", Path("clip.mp4")) as folder:
        lock = folder.target.with_name(".lock")
        foreign = tmp_path / ".other.partial-1234-1"
        foreign.mkdir()
        (foreign / ".lock").write_text("another system")
        abandoned = tmp_path / ".other.partial-5678-1"
        abandoned.mkdir()
        (abandoned / ".lock").write_text(lock.read_text())
        with OutputFolder(tmp_path, "other", Path("other.mp4")):
            assert foreign.is_dir() and not abandoned.is_dir()


def test_the_private_folder_of_a_run_at_work_stays(tmp_path: Path) -> None:
    with OutputFolder(tmp_path, "clip", Path("clip.mp4")) as one:
        one.target.write_text("at work")
        with OutputFolder(tmp_path, "clip", Path("clip.mp4")):
            assert one.target.read_text() == "at work"
        assert one.target.read_text() == "at work"
    assert list(tmp_path.iterdir()) == []
