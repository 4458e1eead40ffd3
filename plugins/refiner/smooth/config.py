"""Options of the smooth refiner."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class SmoothConfig(Options):
    """Strength of the filter."""

    cutoff_hz: float = option(
        6.0,
        "frequency at which motion is halved; slower motion is kept. Lower is smoother: everyday "
        "motion needs 6, quick sports 10 and more",
        above=0,
        high=1000,
    )
