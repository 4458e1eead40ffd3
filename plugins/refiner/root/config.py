"""Settings of the root refiner."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError
from framework.focal import check_setting


@dataclass(frozen=True, kw_only=True)
class RootConfig:
    """Settings of `Root`."""

    focal: float | None = field(
        default=None,
        metadata={"help": "focal length in longer sides of the picture; follows lifter.focal"},
    )
    person_height_m: list[float] = field(
        default_factory=list,
        metadata={
            "help": "how tall people are: [1.75] everybody, [1.8,1.6] by track; []: as adults are"
        },
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_setting("refiner.root.focal", self.focal)
        for height_m in self.person_height_m:
            if not 0.3 < height_m < 3:
                raise ConfigurationError(
                    f"refiner.root.person_height_m says {height_m}, which nobody is",
                    "Give metres.",
                )
