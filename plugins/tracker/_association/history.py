"""Everybody who was seen, frame by frame, and how to make a `Track` of some of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from framework.errors import StageError
from framework.types import Bools, Detections, Ints, State, Times, Track

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
    def best_box_score(self) -> float:
        """The highest box score of all; 0 when nobody was detected."""
        return float(max((people.box_scores.max(initial=0) for people in self._people), default=0))

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

    def track(self, number: int, seen: Sightings) -> Track:
        """A track of these sightings, at most one per row; the other rows are missing.

        Args:
            number: id of the track.
            seen: at least one sighting of this history.
        """
        first = self._people[seen.row[0]]
        skeleton, rows, joints = first.skeleton, len(self), len(first.skeleton.joints)
        boxes = np.full((rows, 4), np.nan, np.float32)
        keypoints = np.full((rows, joints, 2), np.nan, np.float32)
        scores = np.zeros((rows, joints), np.float32)
        points_3d = np.full((rows, joints, 3), np.nan, np.float32) if self._has_3d(seen) else None
        for row, person in zip(seen.row.tolist(), seen.person.tolist(), strict=True):
            people = self._people[row]
            boxes[row] = people.boxes[person]
            keypoints[row] = people.keypoints[person]
            scores[row] = people.keypoint_scores[person]
            if points_3d is not None and people.keypoints_3d is not None:
                points_3d[row] = people.keypoints_3d[person]
        return Track(
            id=number,
            skeleton=skeleton,
            frame_index=np.array(self._index, np.int64),
            time_s=self.time_s,
            boxes=boxes,
            keypoints=keypoints,
            keypoint_scores=scores,
            state=_scattered(rows, seen.row, np.uint8(State.OBSERVED)),
            complete=_scattered(rows, seen.row[seen.complete], np.True_),
            score_threshold=first.score_threshold,
            keypoints_3d=points_3d,
        )

    def _has_3d(self, seen: Sightings) -> bool:
        return any(self._people[row].keypoints_3d is not None for row in seen.row.tolist())


def _joined(parts: list[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.zeros(0, dtype), *parts])


def _scattered(rows: int, where: Ints, value: Scalar) -> NDArray[Scalar]:
    column = np.zeros(rows, value.dtype)
    column[where] = value
    return column
