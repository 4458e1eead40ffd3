"""Weight files are fetched by name, verified, and never against their licence."""

import hashlib
import io
from pathlib import Path

import pytest

from framework import fetch, weights
from framework.downloads import Partial
from framework.errors import BackendError, ConfigurationError
from framework.hookspecs import WeightsEntry

CONTENT = b"\x80some weights"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMEWORK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    return tmp_path / "cache"


def entry(**changes: object) -> WeightsEntry:
    known = {"size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
    fields = {"name": "x", "filename": "x.bin", "licence": "MIT", **known, **changes}
    return WeightsEntry(**fields)  # type: ignore[arg-type]


def test_a_stage_means_its_weight_files() -> None:
    names = [found.name for found in fetch.wanted(["detector=blazepose", "videopose3d_cpn"])]
    blazepose = ["blazepose_detector", "blazepose_full"]
    movenet = ["movenet_thunder_graph", "movenet_thunder_weights"]
    assert names == [*blazepose, *movenet, "videopose3d_cpn"]


def test_a_preset_means_the_weight_files_of_its_stages(cache: Path) -> None:
    names = [found.name for found in fetch.wanted(["experiment=classic", "lifter=videopose3d"])]
    assert names == ["detectron", "videopose3d"]


def test_a_stage_without_weight_files_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch.main(["detector=keypoints"]) == 0
    assert "nothing to fetch: detector=keypoints has no weight files" in capsys.readouterr().out


def test_top_down_detectors_mean_their_person_detector_too() -> None:
    for name in ("vitpose", "alphapose"):
        assert "yolox_nano" in {found.name for found in fetch.wanted([f"detector={name}"])}


class Person(io.StringIO):
    """Sits at a terminal and agrees."""

    def isatty(self) -> bool:
        return True


def test_a_licence_is_asked_for_once(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Person("y\n"))
    nowhere = {"kind": "url", "url": "http://127.0.0.1:9/x"}
    restricted = {"licence": "CC-BY-NC-4.0", "non_commercial": True, "sources": (nowhere,)}
    entries = [entry(name=name, filename=name, **restricted) for name in ("a", "b")]
    assert fetch._fetch_all(entries, fetch.FetchOptions()) == 4
    said = capsys.readouterr().err
    assert said.count("Accept?") == 1
    assert said.count("no connection") == 2


def test_a_file_that_cannot_be_had_does_not_stop_the_others(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.mkdir()
    (cache / "b").write_bytes(CONTENT)
    entries = [entry(name="a", filename="a", page="https://example.org/a"), entry(filename="b")]
    assert fetch._fetch_all(entries, fetch.FetchOptions()) == 4
    shown = capsys.readouterr()
    assert "from https://example.org/a into checkpoint/" in shown.err
    assert str(cache / "b") in shown.out


def test_flags_of_earlier_versions_are_options_with_a_note(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["blazepose_full", "--accept-licence", "--into", str(cache / "here")]
    names, given = fetch._split(arguments)
    assert names == ["blazepose_full"]
    own, chosen = fetch._command().split(given, ("lifter",))
    assert own == ["accept_licence=true", f"into={cache / 'here'}"]
    assert chosen == []
    assert "note: --accept-licence is now written accept_licence=true" in capsys.readouterr().err


def test_names_stages_and_options_stand_in_any_order(cache: Path) -> None:
    names, given = fetch._split(["into=x", "a", "lifter=b", "all=true", "c"])
    assert names == ["a", "c"]
    assert fetch._command().split(given, ("lifter",)) == (["into=x", "all=true"], ["lifter=b"])


def test_an_unknown_option_is_answered_with_the_nearest(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch.main(["accept_license=true"]) == 2
    assert "did you mean 'accept_licence'" in capsys.readouterr().err


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'videopose3d'"):
        fetch.wanted(["videopose"])


def test_the_list_says_what_is_here(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch.main(["list=true"]) == 0
    listed = capsys.readouterr().out
    assert "videopose3d: not here, size not published, CC-BY-NC-4.0\n" in listed
    assert "    pretrained_h36m_detectron_coco.bin\n" in listed
    page = "https://github.com/MVIG-SJTU/AlphaPose/blob/master/docs/MODEL_ZOO.md"
    assert f"  by hand from {page}\n" in listed


def test_a_non_commercial_licence_is_not_accepted_by_silence(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch.main(["videopose3d"]) == 4
    assert "not for commercial use" in capsys.readouterr().err
    assert not cache.exists()


def test_a_file_whose_digest_nobody_publishes_is_pinned_at_first(cache: Path) -> None:
    source = cache.parent / "source.bin"
    source.write_bytes(CONTENT)
    unknown = entry(size=0, sha256="")
    cache.mkdir()
    partial = Partial(cache / ".x.bin.part")
    placed = weights._put_in_place(unknown, source, cache / "x.bin", partial)
    assert weights.locate(unknown) == placed
    placed.write_bytes(CONTENT + b"!")
    with pytest.raises(BackendError, match="SHA-256"):
        weights.locate(unknown)


@pytest.mark.parametrize("content", [b"", b"  <!DOCTYPE html><html>no such file</html>"])
def test_a_web_page_is_not_taken_for_weights(cache: Path, content: bytes) -> None:
    cache.mkdir()
    (cache / "x.bin").write_bytes(content)
    with pytest.raises(BackendError, match=r"it is a web page|it is empty"):
        weights.locate(entry(size=0, sha256=""))
