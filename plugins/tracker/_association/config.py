"""Settings that every tracker with identities has."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class AssociationConfig:
    """How people of one frame are recognised in the next.

    A body size is the square root of the area of a person's box.
    """

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
    low_score: float = field(
        default=0.1,
        metadata={"help": "box score below which a detection is ignored, 0..1"},
    )
    max_cost: float = field(
        default=0.7,
        metadata={"help": "dearest match, 0 (same place) to 1 (anywhere)"},
    )
    box_weight: float = field(
        default=0.5,
        metadata={"help": "share of box overlap in the cost; keypoints have the rest, 0..1"},
    )
    absence_cost: float = field(
        default=0.2,
        metadata={"help": "extra cost of a match after an absence of lost_s, 0..1"},
    )
    looks_weight: float = field(
        default=0.5,
        metadata={"help": "share of colours of torso and thighs in the cost; 0: not measured"},
    )
    hint_bonus: float = field(
        default=0.05,
        metadata={"help": "discount where the detector says it followed this person, 0..1"},
    )
    jitter: float = field(
        default=0.03,
        metadata={"help": "noise of a detected point, standard deviation in body sizes"},
    )
    agility: float = field(
        default=2.0,
        metadata={"help": "change of speed within a second, standard deviation in body sizes/s"},
    )
    reach: float = field(
        default=0.3,
        metadata={"help": "most that a prediction may be uncertain, in body sizes"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        for name in ("lost_s", "jitter", "agility", "reach"):
            _expect(name, getattr(self, name) > 0, "must be above 0")
        _expect("max_gap_s", self.max_gap_s >= 0, "must not be negative")
        for name in (
            "high_score",
            "max_cost",
            "box_weight",
            "absence_cost",
            "looks_weight",
            "hint_bonus",
        ):
            _expect(name, 0 <= getattr(self, name) <= 1, "must lie between 0 and 1")
        _expect("low_score", 0 <= self.low_score <= self.high_score, "must be 0..high_score")


def _expect(name: str, holds: bool, rule: str) -> None:
    if not holds:
        raise ConfigurationError(
            f"tracker.{name} {rule}", "python -m framework --help explains the settings"
        )


@dataclass(frozen=True, kw_only=True)
class EverybodyConfig:
    """Who of those that were seen becomes a track."""

    max_people: int = field(
        default=10,
        metadata={"help": "most people to keep: those who cover most, summed over the clip"},
    )
    min_duration_s: float = field(
        default=0.5,
        metadata={"help": "who is seen for less than this in all is left out, seconds (2 frames)"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        if self.max_people < 1:
            raise ConfigurationError(
                f"tracker.max_people must be 1 or more, but is {self.max_people}",
                "10 keeps the ten people who cover most",
            )
        if self.min_duration_s < 0:
            raise ConfigurationError(
                f"tracker.min_duration_s must not be negative, but is {self.min_duration_s}",
                "0 keeps whoever is seen in two frames",
            )
