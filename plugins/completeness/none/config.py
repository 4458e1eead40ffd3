"""Options of the none filter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options


@dataclass(frozen=True, kw_only=True)
class NoCompletenessConfig(Options):
    """This filter has no options."""
