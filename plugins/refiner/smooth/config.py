"""Settings of the smooth refiner."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class SmoothConfig:
    """Settings of `Smooth`."""

    cutoff_hz: float = field(
        default=6.0,
        metadata={"help": "motion this quick is halved, slower is kept; lower is smoother"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        if not 0 < self.cutoff_hz <= 1000:
            raise ConfigurationError(
                f"refiner.smooth.cutoff_hz is {self.cutoff_hz}, which is no frequency in Hz",
                "Everyday motion needs 6, quick sports 10 and more.",
            )
