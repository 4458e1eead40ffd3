"""The blocks of the pages in docs/."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:# @package \w+\n)?# ([\w./-]+\.(?:py|toml|yaml))\n")


@dataclass(frozen=True)
class Block:
    """A fenced block; one that begins with ``# name.py`` is that file."""

    page: str
    line: int
    language: str
    text: str

    @property
    def file(self):
        match = _FILE.match(self.text)
        return match[1] if match else None

    def run(self, names):
        """Execute it; an error shows the line of the page."""
        code = "\n" * self.line + self.text
        exec(compile(code, str(DOCS / self.page), "exec"), names)  # noqa: S102


def blocks_of(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2])
        for match in _BLOCK.finditer(text)
    ]


@pytest.fixture(scope="session")
def docs():
    return DOCS


@pytest.fixture(scope="session")
def blocks():
    return blocks_of


def pytest_generate_tests(metafunc):
    """Give ``page`` to tests that ask for it: those that have Python to run."""
    if "page" in metafunc.fixturenames:
        pages = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
        runnable = [
            page
            for page in pages
            if any(block.language == "python" and not block.file for block in blocks_of(page))
            and page != "writing-a-plugin.md"
        ]
        metafunc.parametrize("page", runnable)
