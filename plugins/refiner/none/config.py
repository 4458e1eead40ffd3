"""Options of the none refiner: it has none."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options


@dataclass(frozen=True, kw_only=True)
class NoRefinerConfig(Options):
    """No options."""
