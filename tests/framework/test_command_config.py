"""Options of commands: read from key=value arguments, shown by --help, wrong ones named."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from framework.command_config import Command, built, schema_of
from framework.errors import ConfigurationError
from framework.options import OptionError, Options, option


@dataclass(frozen=True, kw_only=True)
class Part(Options):
    share: float = option(0.5, "a share", low=0, high=1)
    pair: list[int] = option(lambda: [1, 2], "two numbers", length=2)


@dataclass(frozen=True, kw_only=True)
class Everything(Options):
    folder: Path = option(Path("here"), "a folder")
    file: Path | None = option(None, "a file; null: none")
    count: int = option(3, "how many", low=1)
    fast: bool = option(False, "whether to hurry")
    part: Part = field(default_factory=Part)


COMMAND = Command(name="framework.none", introduction="Does nothing.", options=Everything)
WITH_FLAGS = Command(
    name="framework.none", introduction="Does nothing.", options=Everything, takes_flags=True
)


def read(*arguments: str) -> Everything:
    own, _ = COMMAND.split(arguments)
    return COMMAND.read(own)


def test_without_arguments_the_defaults_hold() -> None:
    assert read() == Everything()


def test_values_get_the_types_of_their_fields() -> None:
    options = read("folder=a, (b)", "file=x", "count=5", "fast=true")
    assert options == Everything(folder=Path("a, (b)"), file=Path("x"), count=5, fast=True)


def test_null_takes_a_value_back_and_braces_are_plain_text() -> None:
    assert read("file=null").file is None
    assert read("file=${x}").file == Path("${x}")


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("count=many", "could not be converted to Integer"),
        ("count=0", "count is 0, but must be at least 1"),
        ("coun=1", "did you mean 'count'"),
        ("count", "form key=value"),
        ("--count", "Write count=VALUE"),
        ("-m", "runs no sweep"),
    ],
)
def test_a_wrong_argument_is_named(argument: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(argument)
    assert said in str(caught.value)


def test_arguments_of_something_else_are_kept_apart() -> None:
    own, rest = COMMAND.split(["count=2", "+lifter.x=1", "lifter=a"], ("lifter",))
    assert own == ["count=2"]
    assert rest == ["+lifter.x=1", "lifter=a"]


def test_file_names_of_a_run_are_quoted_for_hydra() -> None:
    with_run = Command(name="framework.none", introduction="", options=Part)
    own, rest = with_run.split_run(
        ["share=1", "lifter.checkpoint=a, (1).pt", "experiment=fast", "tracker=all"]
    )
    assert own == ["share=1"]
    assert rest == ["lifter.checkpoint='a, (1).pt'", "experiment=fast", "tracker=all"]


def test_flags_become_key_and_value_with_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    own, _ = WITH_FLAGS.split(["--count", "4", "--fast", "--folder=x"])
    assert own == ["count=4", "fast=true", "folder=x"]
    assert capsys.readouterr().err.count("note: ") == 3


def test_help_shows_every_option_with_default_and_allowed_values() -> None:
    lines = COMMAND.help().splitlines()
    assert lines[0] == "Does nothing."
    assert any(line.split() == "count=3 how many (at least 1)".split() for line in lines)
    assert any(line.startswith("  part.pair=[1,2] ") for line in lines)
    assert any(line.startswith("  file=null ") for line in lines)
    assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize(("flag", "answered"), [("--help", True), ("-h", True), ("help", False)])
def test_help_is_printed_on_request(flag: str, answered: bool, capsys) -> None:
    assert COMMAND.answers_help([flag]) == answered
    assert capsys.readouterr().out == (COMMAND.help() if answered else "")


def test_nested_values_are_checked_and_named_by_their_whole_key() -> None:
    node = schema_of(Everything)
    node.part.share = 2.0
    with pytest.raises(OptionError, match=r"part\.share is 2\.0, but must be from 0 to 1"):
        built(node)
    node.part.share = 0.25
    assert built(node) == Everything(part=Part(share=0.25))


def test_a_value_that_is_missing_is_named_with_its_help() -> None:
    node = schema_of(Everything)
    node.folder = "???"
    with pytest.raises(OptionError) as caught:
        built(node)
    assert str(caught.value) == "folder is missing\n  a folder"
