"""Settings of the largest tracker."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class LargestConfig:
    """There is little to set: no person is recognised."""

    max_gap_s: float = field(
        default=0.5,
        metadata={"help": "gaps up to this long between two sightings are filled, seconds"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        if self.max_gap_s < 0:
            raise ConfigurationError(
                f"tracker.max_gap_s must not be negative, but is {self.max_gap_s}",
                "0 fills no gap",
            )
