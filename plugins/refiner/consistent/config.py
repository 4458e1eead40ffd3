"""Settings of the consistent refiner."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError
from framework.geometry.camera import FOCAL


@dataclass(frozen=True, kw_only=True)
class ConsistentConfig:
    """Settings of `Consistent`."""

    focal: float = field(
        default=FOCAL,
        metadata={"help": "focal length in longer sides of the picture; follows lifter.focal"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        if not self.focal > 0.2:
            raise ConfigurationError(
                f"refiner.consistent.focal is {self.focal}, which no lens has",
                "Phones have 0.75 to 0.85.",
            )
