"""Settings of the minterpolate interpolator."""

from __future__ import annotations

from dataclasses import dataclass

from .._between.config import BetweenConfig


@dataclass(frozen=True, kw_only=True)
class MinterpolateConfig(BetweenConfig):
    """Only what all interpolators share."""
