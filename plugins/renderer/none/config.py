"""Settings of the renderer that draws nothing: it has none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NoneConfig:
    """Nothing to choose."""
