"""Options of the minterpolate interpolator."""

from __future__ import annotations

from dataclasses import dataclass

from .._pairwise.config import PairwiseConfig


@dataclass(frozen=True, kw_only=True)
class MinterpolateConfig(PairwiseConfig):
    """Only the options that pairwise interpolators share."""
