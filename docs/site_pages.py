"""Pages of the site that lie outside docs/, and links from docs/ to files of the checkout.

A hook of MkDocs. Pages in docs/ link to the sources as they lie in a checkout, which works where
the repository is browsed. On the site such a link leads to the API reference of the module where
there is one; otherwise only its text is shown.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "model-card.md": "checkpoint/temporal.md",
}
"""Pages of the site by name, and the files of the checkout that they show."""

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that lie outside docs/."""
    for name, source in PAGES.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Lead links that leave docs/ to pages of the site."""
    here = page.file.src_uri
    place = PAGES.get(here, f"docs/{here}")

    def lead(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        found = page_of(path)
        if found is None or not files.get_file_from_path(found):
            # A link that stays inside docs/ is left for MkDocs to check.
            return match[0] if path.startswith("docs/") and here not in PAGES else text
        return f"[{text}]({posixpath.relpath(found, posixpath.dirname(here) or '.')}{anchor})"

    return _LINK.sub(lead, markdown)


def page_of(path: str) -> str | None:
    """Return the page of the site that shows a file of the checkout, or None."""
    for name, source in PAGES.items():
        if path == source:
            return name
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    module = re.fullmatch(r"framework/(\w+)(?:\.py|/__init__\.py|/)?", path)
    return f"reference/{module[1]}.md" if module else None
