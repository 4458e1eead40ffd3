"""Options of the largest_complete tracker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import option

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
    """Whom to follow, and how the person is recognised."""

    # Longer than where all people are followed: of ten people, one who returns so late is more
    # often taken for another. One person is worth waiting for while two people hold each other.
    lost_s: float = option(
        2.5, "a person who is not seen for longer than this returns as a new one, seconds", above=0
    )
    confirm_s: float = option(
        0.5,
        "people who are complete for less than this in total do not count as complete, seconds "
        "(at least 2 frames)",
        low=0,
    )
    fallback: Fallback = option(
        Fallback.largest, "when nobody is ever complete: follow the largest person, or none"
    )
    on_lost: OnLost = option(
        OnLost.next, "when the person has left: follow the next complete one (a new track), or end"
    )
    next_area: float = option(
        0.25, "least area of the next person, as a share of the area of the last one", low=0
    )
