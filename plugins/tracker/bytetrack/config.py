"""Settings of the bytetrack tracker."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError

from .._association.config import EverybodyConfig


@dataclass(frozen=True, kw_only=True)
class ByteTrackConfig(EverybodyConfig):
    """Whom to keep, and ByteTrack's own settings."""

    lost_s: float = field(
        default=1.5,
        metadata={"help": "a person unseen for longer than this comes back as a new one, seconds"},
    )
    max_gap_s: float = field(
        default=0.5,
        metadata={"help": "gaps up to this long between two sightings are filled, seconds"},
    )
    high_score: float = field(
        default=0.5,
        metadata={"help": "box score from which a detection may start a new person, 0..1"},
    )
    min_overlap: float = field(
        default=0.1,
        metadata={"help": "least overlap (intersection over union) of a box with its forecast"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        EverybodyConfig.__post_init__(self)
        _expect("lost_s", self.lost_s > 0, "must be above 0")
        _expect("max_gap_s", self.max_gap_s >= 0, "must not be negative")
        for name in ("high_score", "min_overlap"):
            _expect(name, 0 <= getattr(self, name) <= 1, "must lie between 0 and 1")


def _expect(name: str, holds: bool, rule: str) -> None:
    if not holds:
        raise ConfigurationError(
            f"tracker.{name} {rule}", "python -m framework --help explains the settings"
        )
