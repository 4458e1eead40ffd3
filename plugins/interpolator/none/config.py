"""Options of the none interpolator."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options


@dataclass(frozen=True, kw_only=True)
class NoInterpolationConfig(Options):
    """This interpolator has no options."""
