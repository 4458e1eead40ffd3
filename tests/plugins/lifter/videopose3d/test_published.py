"""The published checkpoints and the search for one."""

from pathlib import Path

import pytest

from framework.errors import BackendError
from framework.plugins.lifter.videopose3d.published import DEFAULT, PUBLISHED, find_checkpoint


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """An empty working folder and an empty cache."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMEWORK_CACHE", str(tmp_path / "cache"))
    for name in ("checkpoint", "cache"):
        (tmp_path / name).mkdir()


def test_a_path_comes_before_the_folders(tmp_path):
    for path in (Path("mine.bin"), Path("checkpoint/mine.bin"), tmp_path / "cache" / "mine.bin"):
        path.touch()
    assert find_checkpoint(Path("mine.bin")) == Path("mine.bin")
    Path("mine.bin").unlink()
    assert find_checkpoint(Path("mine.bin")).parent.name == "checkpoint"


def test_without_a_choice_it_is_the_default_of_the_cache(tmp_path):
    (tmp_path / "cache" / DEFAULT.filename).touch()
    assert find_checkpoint(None) == tmp_path / "cache" / DEFAULT.filename


def test_a_missing_default_names_licence_and_next_step():
    with pytest.raises(BackendError) as caught:
        find_checkpoint(None)
    assert DEFAULT.filename in caught.value.message
    for words in ("CC-BY-NC-4.0", f"framework.fetch {DEFAULT.name}", "lifter=detector3d"):
        assert words in caught.value.hint


def test_a_missing_choice_is_named():
    with pytest.raises(BackendError, match=r"lifter\.checkpoint=yours\.bin does not exist"):
        find_checkpoint(Path("yours.bin"))


def test_published_weights_are_marked_non_commercial():
    assert all(entry.non_commercial for entry in PUBLISHED)
    assert len({entry.name for entry in PUBLISHED} | {e.filename for e in PUBLISHED}) == 6
