"""Settings of the none refiner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NoneConfig:
    """Nothing to set."""
