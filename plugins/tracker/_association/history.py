"""Everybody who was seen, frame by frame, and how to make a `Track` of some of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from framework.errors import StageError
from framework.tracks import track_of
from framework.types import Bools, Detections, Floats, Ints, Times, Track

from .similarity import Doubles, covered_areas

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """One entry per person and frame, in the order of the frames.

    Attributes:
        row: (S,) number of the frame, from 0.
        person: (S,) place of the person within the frame's detections.
        id: (S,) number from the associator.
        area: (S,) square pixels around the joints that are seen.
        complete: (S,) bool.
    """

    row: Ints
    person: Ints
    id: Ints
    area: Doubles
    complete: Bools

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: NDArray[np.int64] | Bools) -> Sightings:
        """The sightings that an index array or a mask selects."""
        return Sightings(**{name: getattr(self, name)[which] for name in self.__slots__})


class History:
    """The clip so far: arrays of the people of each frame, about 1 kB a person."""

    def __init__(self) -> None:
        self._index: list[int] = []
        self._time_s: list[float] = []
        self._people: list[Detections] = []
        self._ids: list[Ints] = []
        self._areas: list[Doubles] = []

    def append(self, index: int, time_s: float, detections: Detections, ids: Ints) -> None:
        """Add the next frame.

        Raises:
            StageError: ``time_s`` does not rise.
        """
        if self._time_s and time_s <= self._time_s[-1]:
            raise StageError(
                f"frame {index} at {time_s} s does not come after {self._time_s[-1]} s",
                "times must rise from frame to frame; the decoder or the interpolator is at fault",
            )
        self._index.append(index)
        self._time_s.append(time_s)
        # A copy: the detector's arrays may be views of a batch, which they would keep alive.
        self._people.append(detections.take(np.arange(len(detections))))
        self._ids.append(ids)
        self._areas.append(covered_areas(detections))

    def __len__(self) -> int:
        return len(self._index)

    @property
    def time_s(self) -> Times:
        """(T,) seconds of the rows."""
        return np.array(self._time_s, np.float64)

    @property
    def frame_s(self) -> float:
        """Seconds from frame to frame, made or not, usually; 1 where there are no two."""
        return float(np.median(np.diff(self._time_s))) if len(self) > 1 else 1.0

    @property
    def people(self) -> int:
        """How many detections there were in all."""
        return sum(map(len, self._people))

    @property
    def best_box_score(self) -> float:
        """The highest box score of all; 0 when nobody was detected."""
        return float(max((people.box_scores.max(initial=0) for people in self._people), default=0))

    @property
    def is_source(self) -> Bools:
        """(T,) False for made frames, which have the number of the source frame before them."""
        return np.asarray(np.diff(np.array(self._index, np.int64), prepend=-1) != 0)

    def lasting(self, seen: Sightings, counted: Bools, least_s: float) -> Bools:
        """(S,) whether the person of each sighting has enough counted ones to be no ghost.

        Made frames do not count: no output shows them, and whoever is in n source frames is in all
        that is made in the n - 1 gaps between them, but not in those around.

        Args:
            seen: with ids from 0.
            counted: (S,) the sightings that count.
            least_s: how long they must be in all, seconds; two frames at least.
        """
        if not len(seen):
            return counted
        rows = np.flatnonzero(self.is_source)
        frame_s = float(np.median(np.diff(self.time_s[rows]))) if len(rows) > 1 else 1.0
        needed = min(len(rows), max(2, math.ceil(least_s / frame_s)))
        counts = np.bincount(seen.id, counted & self.is_source[seen.row])
        return np.asarray(counts[seen.id] >= needed)

    def sightings(self) -> Sightings:
        """Everybody in every frame."""
        counts = [len(people) for people in self._people]
        return Sightings(
            row=np.repeat(np.arange(len(counts)), counts),
            person=_joined([np.arange(count) for count in counts], np.int64),
            id=_joined(self._ids, np.int64),
            area=_joined(self._areas, np.float64),
            complete=_joined([people.complete for people in self._people], np.bool_),
        )

    def boxes(self, seen: Sightings) -> Doubles:
        """(S, 4) pixels."""
        places = zip(seen.row.tolist(), seen.person.tolist(), strict=True)
        boxes = [self._people[row].boxes[person] for row, person in places]
        return np.array(boxes, np.float64).reshape(-1, 4)

    def look(self, seen: Sightings) -> Floats:
        """(parts, colours) the mean look of some sightings; NaN for parts that were never seen."""
        places = zip(seen.row.tolist(), seen.person.tolist(), strict=True)
        people = [(self._people[row].appearance, person) for row, person in places]
        looks = [looks[person] for looks, person in people if looks is not None]
        if not looks:
            return np.full((1, 1), np.nan, np.float32)
        each = np.stack(looks)
        known = ~np.isnan(each)
        total, count = each.sum(0, where=known), known.sum(0)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)

    def track(self, number: int, seen: Sightings) -> Track:
        """A track of these sightings, at most one per row; the other rows are missing.

        Args:
            number: id of the track.
            seen: at least one sighting of this history.
        """
        places = zip(seen.row.tolist(), seen.person.tolist(), strict=True)
        alone = {row: self._people[row].take(np.array([person])) for row, person in places}
        frames = list(zip(self._index, self._time_s, strict=True))
        return track_of(number, frames, alone)


def cuts(seen: Sightings) -> Ints:
    """Rows at which a new scene begins: people before and after, and none who is in both."""
    if not len(seen):
        return np.zeros(0, np.int64)
    rows = np.arange(seen.row.max() + 2)
    crowded = np.isin(rows, seen.row)
    _, number = np.unique(seen.id, return_inverse=True)
    first, last = np.full(number.max() + 1, len(rows)), np.zeros(number.max() + 1, np.int64)
    np.minimum.at(first, number, seen.row)
    np.maximum.at(last, number, seen.row)
    begun = np.bincount(first + 1, minlength=len(rows) + 1).cumsum()[: len(rows)]
    ended = np.bincount(last + 1, minlength=len(rows) + 1).cumsum()[: len(rows)]
    nobody_in_both = begun == ended
    return np.flatnonzero(nobody_in_both[1:] & crowded[1:] & crowded[:-1]) + 1


def _joined(parts: list[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.zeros(0, dtype), *parts])
