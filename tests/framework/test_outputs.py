"""Results appear under their names only when they are whole."""

import hashlib
from pathlib import Path

import pytest

from framework.errors import StageError
from framework.outputs import OutputFolder, digest, result_names


def test_equal_stems_get_numbers() -> None:
    sources = [Path(name) for name in ("a/clip.mp4", "b/clip.avi", "c/x.mp4", "clip-2.mov", "clip")]
    names = result_names(sources)
    assert names == ["clip", "clip-2", "x", "clip-2-2", "clip-3"]
    assert len(set(names)) == len(names)


def test_files_appear_together_at_the_end(tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_text("x")
    with OutputFolder(tmp_path / "out", "clip", [source]) as folder:
        path = folder.target.with_suffix(".npz")
        path.write_text("whole")
        assert not (tmp_path / "out" / "clip.npz").exists()
        folder.commit([path])
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["clip.npz"]


def test_the_input_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "clip.npz"
    source.write_text("precious")
    with (
        pytest.raises(StageError, match="would replace the input"),
        OutputFolder(tmp_path, "clip", [source]) as folder,
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
