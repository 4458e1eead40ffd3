"""Trackers that follow all people: which of them get a track, and in which order."""

from __future__ import annotations

import numpy as np

from framework.types import Ints, Track

from .config import MultiPersonConfig
from .gaps import fill_gaps
from .history import DetectionHistory, HistoryRows


def tracks_of_all(
    history: DetectionHistory, seen: HistoryRows, config: MultiPersonConfig
) -> tuple[list[Track], list[str]]:
    """Make the tracks of a clip.

    Args:
        history: of the clip.
        seen: its people, whose ids rise in the order of appearance.
        config: how long people must be seen, and how many are kept.

    Returns:
        Tracks with ids from 1 in the order of appearance and short gaps filled; and notes that
        say how many people were left out and why.
    """
    counted = np.ones(len(seen), bool)
    lasting = seen.take(history.seen_for(seen, counted, config.min_duration_s))
    kept = ids_of_largest(lasting, config.max_people)
    tracks = [
        fill_gaps(history.track(number, lasting.take(lasting.id == id_)), config.max_gap_s)
        for number, id_ in enumerate(np.sort(kept).tolist(), 1)
    ]
    notes = []
    brief = len(np.unique(seen.id)) - len(np.unique(lasting.id))
    if brief:
        notes.append(
            f"left out for less than {config.min_duration_s:g} s in view: {_people(brief)}"
        )
    surplus = len(np.unique(lasting.id)) - len(kept)
    if surplus:
        notes.append(f"left out beyond tracker.max_people={config.max_people}: {_people(surplus)}")
    return tracks, notes


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def ids_of_largest(seen: HistoryRows, most: int) -> Ints:
    """Ids of the people with the largest area, summed over all observations; at most ``most``.

    The sum favours people who are near for long over people who pass close to the camera.
    """
    areas = np.bincount(seen.id, seen.area)
    ids = np.unique(seen.id)
    return ids[np.lexsort((ids, -areas[ids]))[:most]]
