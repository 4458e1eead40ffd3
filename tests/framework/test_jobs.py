"""What ``input`` means."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from framework.errors import ConfigurationError, InputError
from framework.jobs import inputs


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder with clips."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.mp4", "a.mp4", "a,b.mp4", "[x].mp4", "sub/c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(value):
    return [path.as_posix() for path in inputs(value)]


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("a.mp4", ["a.mp4"]),
        (["b.mp4", "a.mp4"], ["b.mp4", "a.mp4"]),
        (["a.mp4", "./a.mp4", "sub/../a.mp4"], ["sub/../a.mp4"]),
        ("?.mp4", ["a.mp4", "b.mp4"]),
        (["a.mp4", "*.mp4"], ["a.mp4", "[x].mp4", "a,b.mp4", "b.mp4"]),
        ("**/*.mp4", ["[x].mp4", "a,b.mp4", "a.mp4", "b.mp4", "sub/c.mp4"]),
        ("[x].mp4", ["[x].mp4"]),
        ("a,b.mp4", ["a,b.mp4"]),
        ("missing.mp4", ["missing.mp4"]),
        (OmegaConf.create(["a.mp4", "b.mp4"]), ["a.mp4", "b.mp4"]),
    ],
)
def test_a_path_a_list_or_a_pattern(value, paths):
    assert names(value) == paths


def test_the_home_folder_is_found(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    assert inputs("~/a.mp4") == [folder / "a.mp4"]


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (None, ConfigurationError, "no input is given"),
        ("", ConfigurationError, "no input is given"),
        ("a.mp4,b.mp4", ConfigurationError, "is a list without brackets"),
        ("*.avi", InputError, r"'\*.avi' matches no file"),
        ("https://example.org/a.mp4", InputError, "is an address"),
    ],
)
def test_what_means_nothing_is_refused(value, error, said):
    with pytest.raises(error, match=said):
        inputs(value)


def test_paths_are_kept_as_they_were_typed():
    assert inputs("sub/c.mp4") == [Path("sub/c.mp4")]
