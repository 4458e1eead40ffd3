"""Options of the renderer that draws nothing: it has none."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options


@dataclass(frozen=True, kw_only=True)
class NoRendererConfig(Options):
    """No options."""
