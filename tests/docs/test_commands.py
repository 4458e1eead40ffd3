"""Commands, file names and navigation that the pages, the README and CONTRIBUTING show."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser

from framework.arguments import quote_paths
from framework.config import compose_config, path_keys

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(framework|(\.venv/bin/)?python) ")
_FILE = re.compile(r"`((?:framework|plugins|conf|tests|benchmarks|docs)/[\w./-]+?)`")
_OF_THE_USER = ("--config-dir", "--config-name")
"""Flags that name configurations of the user, which are not here."""
_OF_A_PLUGIN = "docs/writing-a-plugin.md"
"""Shows a plugin that is not installed; test_writing_a_plugin.py runs it."""


def commands():
    """Every command of ours in fenced blocks of shell, with the page that shows it."""
    for path in TEXTS:
        for match in _FENCED.finditer(path.read_text(encoding="utf-8")):
            if match[1] not in ("", "bash"):
                continue
            for line in match[2].replace("\\\n", " ").splitlines():
                if _COMMAND.match(line):
                    yield path.relative_to(ROOT).as_posix(), shlex.split(line, comments=True)


def runs():
    """Commands of the pipeline itself: the page, and the arguments."""
    for page, words in commands():
        if page == _OF_A_PLUGIN or any(word in _OF_THE_USER for word in words):
            continue
        if words[0] == "framework":
            yield pytest.param(words[1:], id=f"{page}:{' '.join(words[1:])}")
        elif words[:3] == ["python", "-m", "framework"]:
            yield pytest.param(words[3:], id=f"{page}:{' '.join(words[3:])}")


@pytest.mark.parametrize("arguments", list(runs()))
def test_every_run_composes(arguments):
    overrides = quote_paths([a for a in arguments if not a.startswith("-")], path_keys())
    if "-m" in arguments:
        parsed = OverridesParser.create().parse_overrides(overrides)
        jobs = [job for batch in BasicSweeper.split_arguments(parsed, None) for job in batch]
        assert len(jobs) > 1
    else:
        jobs = [overrides]
    for job in jobs:
        compose_config(list(job))


def test_every_module_that_is_run_exists():
    modules = {
        words[words.index("-m") + 1]
        for _, words in commands()
        if "-m" in words and words[0].endswith("python")
    }
    assert {"framework.evaluate", "pytest"} <= modules
    assert [name for name in sorted(modules) if find_spec(name) is None] == []


@pytest.mark.parametrize("shown", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_is_named_exists(shown):
    named = _FILE.findall((ROOT / shown).read_text(encoding="utf-8"))
    real = [name for name in named if "mine" not in name and "NAME" not in name]
    assert [name for name in real if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("shown", ["README.md", "CONTRIBUTING.md"])
def test_every_link_leads_somewhere(shown):
    text = (ROOT / shown).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_make_target_that_is_named_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    named = {
        name for path in TEXTS for name in re.findall(r"`make ([a-z]+)", path.read_text("utf-8"))
    }
    assert named <= set(targets)


def test_every_page_has_its_place_in_the_navigation():
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)  # noqa: S506
    shown = set(_pages(config["nav"]))
    outside = {"changelog.md", "contributing.md", "model-card.md"}
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert shown == pages | outside


def _pages(nav):
    for item in nav:
        values = item.values() if isinstance(item, dict) else [item]
        for value in values:
            yield from _pages(value) if isinstance(value, list) else [value]


def test_links_out_of_the_pages_lead_to_pages_of_the_site():
    page_of = _site_pages()["page_of"]
    assert page_of("checkpoint/temporal.md") == "model-card.md"
    assert page_of("CONTRIBUTING.md") == "contributing.md"
    assert page_of("framework/stages.py") == "reference/stages.md"
    assert page_of("framework/testing/__init__.py") == "reference/testing.md"
    assert page_of("docs/backends/rtmo.md") == "backends/rtmo.md"
    assert page_of("framework/geometry/metrics.py") is None


def _site_pages():
    """The hook of the site, without MkDocs."""
    source = (ROOT / "docs" / "site_pages.py").read_text(encoding="utf-8")
    names = {"__file__": str(ROOT / "docs" / "site_pages.py")}
    exec(source.replace("from mkdocs.structure.files import File, Files\n", ""), names)  # noqa: S102
    return names
