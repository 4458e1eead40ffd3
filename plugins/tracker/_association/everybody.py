"""The policy of trackers that follow everybody: who is kept, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from framework.errors import ConfigurationError
from framework.types import Ints, Track

from .associate import NOBODY
from .gaps import fill_gaps
from .history import History, Sightings


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


def everybody(
    history: History, config: EverybodyConfig, max_gap_s: float
) -> tuple[list[Track], list[str]]:
    """The tracks of a clip, numbered from 1 in the order of appearance, and what was left out.

    Args:
        history: with ids that rise with appearance.
        config: whom to keep.
        max_gap_s: see `fill_gaps`.
    """
    seen = history.sightings()
    seen = seen.take(seen.id != NOBODY)
    lasting = seen.take(history.lasting(seen.id, np.ones(len(seen), bool), config.min_duration_s))
    numbers = largest_numbers(lasting, config.max_people)
    tracks = [
        fill_gaps(history.track(place, lasting.take(lasting.id == number)), max_gap_s)
        for place, number in enumerate(np.sort(numbers).tolist(), 1)
    ]
    notes = []
    brief = len(np.unique(seen.id)) - len(np.unique(lasting.id))
    if brief:
        notes.append(
            f"left out for less than {config.min_duration_s:g} s in view: {_people(brief)}"
        )
    more = len(np.unique(lasting.id)) - len(numbers)
    if more:
        notes.append(f"left out beyond tracker.max_people={config.max_people}: {_people(more)}")
    return tracks, notes


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def largest_numbers(seen: Sightings, most: int) -> Ints:
    """The ids of those who cover most, summed over these sightings; at most ``most``."""
    areas = np.bincount(seen.id, seen.area)
    numbers = np.unique(seen.id)
    return numbers[np.lexsort((numbers, -areas[numbers]))[:most]]
