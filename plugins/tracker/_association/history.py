"""All detections of a clip, frame by frame, and how to make a `Track` of some of them."""

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
class HistoryRows:
    """One entry per person and frame, in the order of the frames.

    Attributes:
        row: (S,) number of the frame, from 0.
        person: (S,) place of the person within the frame's detections.
        id: (S,) the person's id.
        area: (S,) area of the box around the visible joints, square pixels.
        complete: (S,) whether the whole person is visible.
    """

    row: Ints
    person: Ints
    id: Ints
    area: Doubles
    complete: Bools

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: NDArray[np.int64] | Bools) -> HistoryRows:
        """The observations that an index array or a mask selects."""
        return HistoryRows(**{name: getattr(self, name)[which] for name in self.__slots__})


class DetectionHistory:
    """The clip so far: arrays of the people of each frame, about 1 kB a person and frame."""

    def __init__(self) -> None:
        self._index: list[int] = []
        self._time_s: list[float] = []
        self._people: list[Detections] = []
        self._cuts: list[int] = []
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
                "Times must rise from frame to frame; the decoder or the interpolator is at fault",
            )
        self._index.append(index)
        self._time_s.append(time_s)
        # A copy: the detector's arrays may be views of a batch, which they would keep alive.
        people = detections.take(np.arange(len(detections))) if len(detections) else detections
        self._people.append(people)
        self._ids.append(ids)
        self._areas.append(covered_areas(detections) if len(detections) else np.zeros(0))

    def __len__(self) -> int:
        return len(self._index)

    def cut(self) -> None:
        """Note that another shot begins with the next row."""
        self._cuts.append(len(self))

    def scene_cuts(self, seen: HistoryRows) -> Ints:
        """Rows at which a shot begins: those noted, and those that people show."""
        return np.union1d(np.array(self._cuts, np.int64), scene_cuts(seen))

    @property
    def time_s(self) -> Times:
        """(T,) seconds of the rows."""
        return np.array(self._time_s, np.float64)

    @property
    def frame_s(self) -> float:
        """Median seconds between frames, interpolated ones included; 1 where there are no two."""
        return float(np.median(np.diff(self._time_s))) if len(self) > 1 else 1.0

    @property
    def people(self) -> int:
        """Number of detections in all frames."""
        return sum(map(len, self._people))

    @property
    def best_box_score(self) -> float:
        """The highest box score of all frames; 0 when nobody was detected."""
        return float(max((people.box_scores.max(initial=0) for people in self._people), default=0))

    @property
    def is_source(self) -> Bools:
        """(T,) False for interpolated frames, which have the index of the source frame before."""
        return np.asarray(np.diff(np.array(self._index, np.int64), prepend=-1) != 0)

    def seen_for(self, seen: HistoryRows, counted: Bools, least_s: float) -> Bools:
        """Find the people who were seen for long enough not to be a false positive.

        Interpolated frames do not count. No output shows them; and a person who is in n source
        frames is also in the frames interpolated within the n - 1 gaps between these, but not in
        those before and after, so counting them would change who is kept.

        Args:
            seen: observations with ids from 0.
            counted: (S,) the observations that count.
            least_s: least total time of a person's counted observations, seconds; two frames are
                the least in any case.

        Returns:
            (S,) whether the person of each observation was seen for long enough.
        """
        if not len(seen):
            return counted
        rows = np.flatnonzero(self.is_source)
        frame_s = float(np.median(np.diff(self.time_s[rows]))) if len(rows) > 1 else 1.0
        needed = min(len(rows), max(2, math.ceil(least_s / frame_s)))
        counts = np.bincount(seen.id, counted & self.is_source[seen.row])
        return np.asarray(counts[seen.id] >= needed)

    def observations(self) -> HistoryRows:
        """All people of all frames."""
        counts = [len(people) for people in self._people]
        return HistoryRows(
            row=np.repeat(np.arange(len(counts)), counts),
            person=_joined([np.arange(count) for count in counts], np.int64),
            id=_joined(self._ids, np.int64),
            area=_joined(self._areas, np.float64),
            complete=_joined([people.complete for people in self._people], np.bool_),
        )

    def boxes(self, seen: HistoryRows) -> Doubles:
        """(S, 4) their boxes, pixels."""
        places = zip(seen.row.tolist(), seen.person.tolist(), strict=True)
        boxes = [self._people[row].boxes[person] for row, person in places]
        return np.array(boxes, np.float64).reshape(-1, 4)

    def mean_appearance(self, seen: HistoryRows) -> Floats:
        """(parts, colours) mean histograms of observations; NaN for parts that were never seen."""
        places = zip(seen.row.tolist(), seen.person.tolist(), strict=True)
        people = [(self._people[row].appearance, person) for row, person in places]
        measured = [histograms[person] for histograms, person in people if histograms is not None]
        if not measured:
            return np.full((1, 1), np.nan, np.float32)
        each = np.stack(measured)
        known = ~np.isnan(each)
        total, count = each.sum(0, where=known), known.sum(0)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)

    def track(self, number: int, seen: HistoryRows) -> Track:
        """A track of observations, at most one per row; the other rows are missing.

        Args:
            number: id of the track.
            seen: at least one observation of this history.
        """
        places = zip(seen.row.tolist(), seen.person.tolist(), strict=True)
        by_row = {row: self._people[row].take(np.array([person])) for row, person in places}
        frames = list(zip(self._index, self._time_s, strict=True))
        return track_of(number, frames, by_row)


def scene_cuts(seen: HistoryRows) -> Ints:
    """Find rows at which a new scene begins.

    There are people in the row and in the one before it, but nobody who is seen both before and
    from then on: people do not all leave and others arrive between two frames of one scene.

    Returns:
        Rows in rising order.
    """
    if not len(seen):
        return np.zeros(0, np.int64)
    rows = np.arange(seen.row.max() + 2)
    occupied = np.isin(rows, seen.row)
    _, person = np.unique(seen.id, return_inverse=True)
    # (people,) rows in which each was first and last seen; `at`, as a person has many entries.
    first, last = np.full(person.max() + 1, len(rows)), np.zeros(person.max() + 1, np.int64)
    np.minimum.at(first, person, seen.row)
    np.maximum.at(last, person, seen.row)
    # How many people were first seen before each row, and how many were last seen before it.
    begun = np.bincount(first + 1, minlength=len(rows) + 1).cumsum()[: len(rows)]
    ended = np.bincount(last + 1, minlength=len(rows) + 1).cumsum()[: len(rows)]
    nobody_in_both = begun == ended  # all who were seen before have been seen for the last time
    return np.flatnonzero(nobody_in_both[1:] & occupied[1:] & occupied[:-1]) + 1


def _joined(parts: list[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.zeros(0, dtype), *parts])
