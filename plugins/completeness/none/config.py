"""Settings of the none filter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NoneConfig:
    """Nothing to set."""
