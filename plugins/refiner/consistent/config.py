"""Settings of the consistent refiner."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.focal import check_setting


@dataclass(frozen=True, kw_only=True)
class ConsistentConfig:
    """Settings of `Consistent`."""

    focal: float | None = field(
        default=None,
        metadata={"help": "focal length in longer sides of the picture; follows lifter.focal"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_setting("refiner.consistent.focal", self.focal)
