"""The list that people read: it says what is missing in words that can be copied."""

import json
from typing import Any

import pytest

from framework import list as listing
from framework.hookspecs import Module, StageEntry
from framework.registry import Registered
from framework.terminal import Terminal

ADDRESS = "https://github.com/somebody-with-a-long-name/a-system-with-a-longer-name-still"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the list prints in a terminal of so many columns, for one detector that lacks much."""
    entry = StageEntry(
        name="theirs",
        summary="somebody's detector with-a-word-that-is-longer-than-its-column-in-the-table",
        config=object,
        factory="nowhere:Thing",
        requires=(
            Module(name="surely_absent", install=f"git clone {ADDRESS}", note="unbuilt is enough"),
            Module(name="also_absent", install="pip install 'framework[also]'"),
            Module(name="absent_too", install="pip install 'framework[also]'"),
        ),
        licence="of its makers, who permit research only",
    )

    def show(width: int, package: str = "framework") -> str:
        item = Registered("detector", entry, package, "1.2")
        monkeypatch.setattr(listing.registry(), "all", lambda: [item])
        monkeypatch.setattr(
            listing, "Terminal", lambda **kept: Terminal(**{**kept, "width": width})
        )
        assert listing.main([]) == 0
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("width", [40, 80, 200])
def test_commands_and_addresses_stand_unbroken_on_lines_of_their_own(shown, width):
    lines = [line.strip() for line in shown(width).splitlines()]
    start = lines.index("detector=theirs")
    assert lines[start + 1 :] == [
        "surely_absent is not installed (unbuilt is enough):",
        f"git clone {ADDRESS}",
        "also_absent and absent_too are not installed:",
        "pip install 'framework[also]'",
    ]


def test_in_a_terminal_names_are_whole_and_nothing_is_cut(shown):
    table, _, _ = shown(80).partition("\ndetector=")
    assert all(len(line) <= 80 for line in table.splitlines())
    assert "…" not in table
    assert table.splitlines()[1].split()[:3] == ["detector", "theirs", "no"]


def test_other_packages_are_named(shown):
    assert "from my-plugin 1.2: detector=theirs\n" in shown(80, "my-plugin")
    assert "from framework" not in shown(80)


@pytest.mark.parametrize("entry", listing.rows(), ids=lambda row: f"{row['stage']}={row['name']}")
def test_what_is_missing_ends_in_something_to_do(entry):
    for problem in entry["missing"]:
        what, found, how = problem.rpartition(": ")
        assert found
        assert what.endswith((" installed", ")", " not here"))
        assert how.startswith(("pip install ", "git clone https://", "python -m ", "get it "))


@pytest.mark.parametrize("arguments", [["json=true"], ["--json"]])
def test_programs_get_json(arguments, capsys):
    assert listing.main(arguments) == 0
    listed = json.loads(capsys.readouterr().out)
    names = [row["name"] for row in listed["stages"] if row["stage"] == "detector"]
    assert "blazepose" in names
    assert listed["failures"] == listing.failures()
