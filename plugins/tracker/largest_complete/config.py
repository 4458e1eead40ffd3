"""Settings of the largest_complete tracker."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from framework.errors import ConfigurationError

from .._association.config import AssociationConfig


class Fallback(Enum):
    """Whom to follow when nobody is ever complete."""

    largest = "largest"
    none = "none"


class OnLost(Enum):
    """What to do when the person has left."""

    next = "next"
    end = "end"


@dataclass(frozen=True, kw_only=True)
class LargestCompleteConfig(AssociationConfig):
    """Whom to follow, and how to recognise the person."""

    # Longer than where everybody is followed: with ten people, who comes back so late is more often
    # mistaken for another; one person is worth waiting for while two hold each other.
    lost_s: float = field(
        default=2.5,
        metadata={"help": "a person unseen for longer than this comes back as a new one, seconds"},
    )
    confirm_s: float = field(
        default=0.5,
        metadata={"help": "complete for less than this in all is a ghost, seconds (2 frames)"},
    )
    fallback: Fallback = field(
        default=Fallback.largest,
        metadata={"help": "when nobody is ever complete: follow the largest person, or none"},
    )
    on_lost: OnLost = field(
        default=OnLost.next,
        metadata={"help": "when the person has left: the next complete one (a new track), or end"},
    )
    next_area: float = field(
        default=0.25,
        metadata={"help": "least area of the next person, as a share of that of the last one"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        AssociationConfig.__post_init__(self)
        if self.confirm_s < 0:
            raise ConfigurationError(
                f"tracker.confirm_s must not be negative, but is {self.confirm_s}",
                "0 accepts a person who is complete in two frames",
            )
        if self.next_area < 0:
            raise ConfigurationError(
                f"tracker.next_area must not be negative, but is {self.next_area}",
                "0 lets anybody be the next, however far away",
            )
