"""The Python that pages show runs as it stands."""

import re

import pytest

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
        for page in docs.glob("*.md")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (docs / target).exists()
    ]
    assert broken == []
