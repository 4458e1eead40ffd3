"""Options of the largest tracker."""

from __future__ import annotations

from dataclasses import dataclass

from .._association.config import GapConfig


@dataclass(frozen=True, kw_only=True)
class LargestConfig(GapConfig):
    """Which gaps are filled; no person is recognised, so there is nothing else to set."""
