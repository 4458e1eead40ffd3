"""Settings of the csv exporter: it has none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CsvConfig:
    """Nothing to choose."""
