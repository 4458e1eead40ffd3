"""Any file name reaches the pipeline unchanged."""

from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st

from framework import arguments
from framework.arguments import quote, quote_paths
from framework.config import compose_config

AWKWARD = [
    "clip (1).mp4", "a,b.mp4", "ü.mp4", "日本.mp4", "null", "1e5", "${x}.mp4", "it's.mp4",
    "a=b.mp4", "[x].mp4", "a&b#c!d;e.mp4", "~/x.mp4", "-dash.mp4", "back\\slash.mp4", "end\\",
    "\\'", "\\${", "{a: b}", "%.mp4", "a b.mp4", '"quoted".mp4', "💃.mp4", "true", "a\\\\'b",
    "$${{x}}", "(a", "*",
]  # fmt: skip
KEYS = ["input", "output"]
names = st.text(
    st.one_of(
        st.characters(exclude_characters="/\0", exclude_categories=["Cs"]),
        st.sampled_from("${}'\\\",[]()=*?~!#&;:%"),
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_name_is_composed_unchanged(name: str) -> None:
    (argument,) = quote_paths([f"input={name}"], KEYS)
    assert compose_config([argument]).input == name


@settings(max_examples=40, deadline=None)
@given(st.lists(names.filter(lambda n: n != "???"), min_size=50, max_size=50))
def test_2000_random_names_are_composed_unchanged(batch: list[str]) -> None:
    listed = ",".join(quote(name) for name in batch)
    assert list(compose_config([f"input=[{listed}]"]).input) == batch


@settings(max_examples=300, deadline=None)
@given(names)
def test_a_random_name_survives_the_parser_and_is_no_sweep(name: str) -> None:
    (argument,) = quote_paths([f"input={name}"], KEYS)
    override = OverridesParser.create().parse_override(argument)
    assert not override.is_sweep_override()


def test_the_mark_of_a_missing_value_is_still_a_file_name() -> None:
    (argument,) = quote_paths(["input=???"], KEYS)
    assert Path(compose_config([argument]).input) == Path("???")


def test_a_comma_is_a_sweep_only_with_m() -> None:
    assert quote_paths(["input=a.mp4,b.mp4"], KEYS) == ["input='a.mp4,b.mp4'"]
    assert quote_paths(["-m", "input=a.mp4,b.mp4"], KEYS)[1] == "input='a.mp4','b.mp4'"


def test_a_comma_inside_an_existing_name_never_splits(tmp_path: Path) -> None:
    both = tmp_path / "a,b.mp4"
    both.touch()
    assert quote_paths(["-m", f"input={both}"], KEYS)[1] == f"input='{both}'"
    swept = quote_paths(["-m", f"input={both},c.mp4"], KEYS)[1]
    assert swept == f"input='{both}','c.mp4'"


def test_lists_quotes_and_other_options_are_left_to_hydra() -> None:
    given = ["input=[a b.mp4,'c,d.mp4']", "input='x y'", "detector.model=full", "output=null", "-m"]
    assert quote_paths(given, KEYS) == ["input=['a b.mp4','c,d.mp4']", *given[1:]]


def test_a_list_of_many_files_is_split_in_linear_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(arguments, "_exists", lambda name: asked.append(name) or "clip7" in name)
    for folder in ("", "clips/"):
        asked.clear()
        names = [f"{folder}clip{number}.mp4" for number in range(500)]
        (quoted,) = arguments.quote_paths([f"input=[{','.join(names)}]"], ["input"])
        assert quoted.count("mp4") == 500
        assert len(asked) < 30 * 500
