"""Puts data, film and the built script together as one HTML file.

Names and notes of a result are strangers' data. They reach the page only as JSON in an element that
browsers do not run, and as escaped text in the title. A content security policy lets the page run
its own script and nothing else, and lets it fetch nothing but the film.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from framework.outputs import readable

from .data import Packed


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSource:
    """The film of a page.

    Attributes:
        name: of the file.
        addresses: where the page looks for it, relative to itself.
        content: of the file where the page holds it; else None.
    """

    name: str
    addresses: tuple[str, ...] = ()
    content: bytes | None = None


def write_page(path: Path, data: Packed, film: FilmSource) -> None:
    """Write a page.

    Args:
        path: of the HTML file.
        data: of the result.
        film: of the result.
    """
    style, script = _asset("page.css"), _asset("viewer.js")
    name = readable(film.name)
    about = {
        **data.meta,
        "name": name,
        "film": {"name": name, "addresses": [readable(each) for each in film.addresses]},
    }
    parts = {
        "title": html.escape(name or "3D poses"),
        "policy": _policy(style, script),
        "style": style,
        "meta": json_for_html(about),
        "data": base64.b64encode(data.content).decode(),
        "film": "" if film.content is None else base64.b64encode(film.content).decode(),
        "script": script,
    }
    path.write_text(_filled(_asset("page.html"), parts), encoding="utf-8", newline="\n")


def json_for_html(value: object) -> str:
    """JSON that cannot end the element it stands in: its strings have no ``<``, ``>`` and ``&``."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _filled(template: str, parts: Mapping[str, Any]) -> str:
    """The template with its ``{{name}}`` replaced; what is put in is not read again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: str(parts[found[1]]), template)


def _policy(style: str, script: str) -> str:
    """Only this style and this script; films from beside the page, from inside or as picked."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{_sha256(style)}'",
            f"script-src 'sha256-{_sha256(script)}'",
            "media-src 'self' file: blob:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
