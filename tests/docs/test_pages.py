"""The Python that pages show runs as it stands."""

import re
import shlex

import pytest

from framework.arguments import quote_paths
from framework.config import compose_config, path_keys
from framework.plugins.exporter.npz.config import NpzConfig
from framework.plugins.exporter.npz.npz import NpzExporter
from framework.stages import Runtime
from framework.testing.sample import Sample


@pytest.fixture
def folder_with_results(tmp_path, monkeypatch):
    """A folder as a run leaves it: ``result.npz`` of two people, beside the clip."""
    sample = Sample.make(rows=24, people=2).written(tmp_path)
    NpzExporter(NpzConfig(), Runtime()).export(sample.result, tmp_path / "result")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_python_block_runs(page, blocks, folder_with_results):
    names = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "python":
            block.run(names)


def test_links_between_pages_lead_somewhere(docs):
    broken = [
        f"{page.name}: {target}"
        for page in docs.rglob("*.md")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_command_of_a_backend_is_understood(docs, blocks):
    commands = [
        shlex.split(line, comments=True)
        for page in sorted((docs / "backends").glob("*.md"))
        for block in blocks(page.relative_to(docs))
        if block.language == "bash"
        for line in block.text.replace("\\\n", " ").splitlines()
        if line.startswith("python -m framework")
    ]
    assert commands
    for _, _, _, *options in commands:
        overrides = [option for option in options if not option.startswith(("truth=", "joints="))]
        compose_config(quote_paths(overrides, path_keys()))
