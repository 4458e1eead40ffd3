"""The policy of trackers that follow everybody: who is kept, and in which order."""

from __future__ import annotations

import numpy as np

from framework.types import Ints, Track

from .config import EverybodyConfig
from .gaps import fill_gaps
from .history import History, Sightings


def everybody(
    history: History, seen: Sightings, config: EverybodyConfig, max_gap_s: float
) -> tuple[list[Track], list[str]]:
    """The tracks of a clip, numbered from 1 in the order of appearance, and what was left out.

    Args:
        history: of the clip.
        seen: its people, whose ids rise with appearance.
        config: whom to keep.
        max_gap_s: see `fill_gaps`.
    """
    lasting = seen.take(history.lasting(seen, np.ones(len(seen), bool), config.min_duration_s))
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
