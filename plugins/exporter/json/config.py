"""Settings of the json exporter: it has none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class JsonConfig:
    """Nothing to choose."""
