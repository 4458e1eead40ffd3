"""Settings of the none interpolator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NoneConfig:
    """Nothing to set."""
