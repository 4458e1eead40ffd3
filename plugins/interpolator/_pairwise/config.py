"""Options that pairwise interpolators share."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option

MAX_FACTOR = 64
"""More would only exhaust the memory: a chunk holds this many frames for each source frame."""


@dataclass(frozen=True, kw_only=True)
class PairwiseConfig(Options):
    """How many frames are interpolated, and where."""

    factor: int = option(
        2, "factor of the frame rate: factor - 1 frames in every gap", low=1, high=MAX_FACTOR
    )
    target_fps: float | None = option(
        None,
        "frame rate to come near to, frames per second, instead of factor; null: use factor",
        above=0,
        high=1000,
    )
    max_gap_s: float = option(
        0.5, "no frames are put into gaps longer than this, seconds", above=0, high=10
    )
    max_difference: float = option(
        0.13,
        "frames that differ more are a scene cut and get no frames between them, 0..1",
        low=0,
        high=1,
    )
