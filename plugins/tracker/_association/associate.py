"""Frame-by-frame association: gives the people of each frame ids that stay with the person.

Two rounds of assignment per frame as in ByteTrack (Zhang et al., ByteTrack: Multi-Object Tracking
by Associating Every Detection Box, 2022), with a cost of box overlap, keypoint similarity and
colours in place of box overlap alone. Later `linking` corrects what only the frames after a gap
can tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from framework.geometry.boxes import iou
from framework.types import Bools, Detections, Floats, Ints, Times

from .config import AssociationConfig
from .kalman import KeypointKalmanFilter
from .similarity import (
    Doubles,
    appearance_distance_matrix,
    body_sizes,
    corner_boxes,
    keypoint_similarity,
    point_sigmas,
    tracked_points,
)

NO_ID = 0
"""Id of a detection that belongs to no person."""
_NO_HINT = -1
"""Hint id of a detection whose detector gives none."""
_LEARNING_RATE = np.float32(0.05)
"""Weight of a new appearance in the running mean."""
_WAITING_FACTOR = 2.0
"""A person out of view is kept for this many times the time that the person was in view."""


@dataclass(slots=True, kw_only=True)
class _KnownPeople:
    """K people who are in view, or may come back.

    Attributes:
        filter: their predicted points.
        id: (K,) their ids.
        hint: (K,) the detector's own ids when they were last seen.
        appearance: (K, parts, colours) running mean of their histograms, NaN where unknown.
        first_s, last_s: (K,) when they were first and last seen, seconds.
    """

    filter: KeypointKalmanFilter
    id: Ints
    hint: Ints
    appearance: Floats
    first_s: Times
    last_s: Times

    def only(self, people: Bools) -> _KnownPeople:
        """The people that a mask selects; mostly these are all, who need no copy."""
        return self if people.all() else self.take(people)

    def take(self, people: NDArray[np.int64] | Bools) -> _KnownPeople:
        return _KnownPeople(
            filter=self.filter.take(people),
            id=self.id[people],
            hint=self.hint[people],
            appearance=self.appearance[people],
            first_s=self.first_s[people],
            last_s=self.last_s[people],
        )

    def join(self, other: _KnownPeople) -> _KnownPeople:
        return _KnownPeople(
            filter=self.filter.join(other.filter),
            id=np.concatenate([self.id, other.id]),
            hint=np.concatenate([self.hint, other.hint]),
            appearance=np.concatenate([self.appearance, other.appearance]),
            first_s=np.concatenate([self.first_s, other.first_s]),
            last_s=np.concatenate([self.last_s, other.last_s]),
        )


class Associator:
    """Assigns ids by box overlap, keypoint similarity, colours and predicted motion.

    Each frame is assigned twice: first detections with a high score to all known people, then
    those with a low score to people who were in view in the frame before. A detection with a low
    score continues a person but never starts one.

    Args:
        config: weights and thresholds.
        size_wh: size of the image; a person who walked out of it is expected at its edge. None:
            unknown.
    """

    def __init__(self, config: AssociationConfig, size_wh: tuple[int, int] | None = None) -> None:
        self._config = config
        self._size_wh = size_wh
        self._known: _KnownPeople | None = None
        self._now_s = 0.0
        self._count = 0

    def update(self, time_s: float, detections: Detections) -> Ints:
        """Recognise the people of the next frame.

        Args:
            time_s: later than the frame before.
            detections: the people of the frame.

        Returns:
            (N,) int64 ids from 1, rising in the order of appearance; `NO_ID` for a detection that
            continues no person and scores too low to start one.
        """
        before_s, self._now_s = self._now_s, time_s
        if not len(detections) and (self._known is None or not len(self._known.id)):
            return np.zeros(0, np.int64)  # most frames of some clips: nobody to look for
        points, hints = tracked_points(detections), _hints(detections)
        appearance = _appearance(detections)
        ids = np.full(len(detections), NO_ID, np.int64)
        if self._known is None:
            self._known = self._new_people(ids[:0], points[:0], hints[:0], appearance[:0])
        known = self._predicted(self._known, time_s - before_s)
        cost = self._cost(known, points, hints, point_sigmas(detections.skeleton))
        cost = self._with_appearance(cost, known.appearance, appearance)
        people, found = self._assign(cost, detections.box_scores, known.last_s == before_s)
        ids[found] = known.id[people]
        self._correct(known, people, points[found], hints[found])
        known.appearance[people] = _running_mean(known.appearance[people], appearance[found])
        new = self._start_people(ids, detections)
        self._known = known.only(self._worth_keeping(known))
        if len(new):
            self._known = self._known.join(
                self._new_people(ids[new], points[new], hints[new], appearance[new])
            )
        return ids

    def forget(self) -> None:
        """Let nobody go on from the frames before: another shot begins."""
        self._known = None

    def _predicted(self, known: _KnownPeople, dt: float) -> _KnownPeople:
        """The people who were seen within ``lost_s``, moved to where they should be now."""
        recent = known.only(self._now_s - known.last_s <= self._config.lost_s)
        recent.filter = recent.filter.predict(dt, self._config.process_noise)
        # Those who were not seen in the previous frame.
        absent = recent.last_s < self._now_s - dt
        if self._size_wh is not None and absent.any():
            recent.filter = recent.filter.clamped_to_image(self._size_wh, absent)
        return recent

    def _cost(self, known: _KnownPeople, points: Doubles, hints: Ints, sigmas: Doubles) -> Doubles:
        """(K, N): 0 for the same place, 1 for no similarity at all."""
        state, config = known.filter, self._config
        # Without a limit the similarity would become wide enough to match anybody in the image.
        variance = np.minimum(state.variance, config.max_uncertainty**2)
        near = keypoint_similarity(state.points, variance, points, state.size, sigmas)
        predicted, detected = corner_boxes(state.points), corner_boxes(points)
        overlap = iou(predicted[:, None], detected[None])
        # Overlap ignores the uncertainty of the predicted box, so its weight falls with it.
        uncertainty = np.sqrt(variance[:, -2:].mean(1)) / config.max_uncertainty
        weight = (config.box_weight * (1 - uncertainty))[:, None]
        # Of two people equally near, the one seen more recently is preferred.
        absence = (self._now_s - known.last_s) / config.lost_s
        hinted = (known.hint[:, None] == hints) & (hints != _NO_HINT)
        similarity = weight * overlap + (1 - weight) * near + config.hint_bonus * hinted
        return np.asarray(1 - similarity + config.absence_cost * absence[:, None])

    def _with_appearance(self, cost: Doubles, appearance: Floats, others: Floats) -> Doubles:
        """Mix the distance of colours into the cost, for pairs whose colours are known."""
        distance = appearance_distance_matrix(appearance, others)
        change = self._config.appearance_weight * (distance - cost)
        return cost + np.where(np.isnan(distance), 0, change)

    def _assign(self, cost: Doubles, scores: Floats, in_view: Bools) -> tuple[Ints, Ints]:
        """Pairs of person and detection: high scores to all people, then low to those in view."""
        high = scores >= self._config.high_score
        low = ~high & (scores >= self._config.low_score)
        people, found = self._match(cost, np.arange(len(cost)), np.flatnonzero(high))
        if not low.any():
            return people, found
        # Low scores are mostly people half hidden, who were in view a frame ago (ByteTrack).
        rest = in_view.copy()
        rest[people] = False
        more_people, more_found = self._match(cost, np.flatnonzero(rest), np.flatnonzero(low))
        return np.concatenate([people, more_people]), np.concatenate([found, more_found])

    def _match(self, cost: Doubles, people: Ints, found: Ints) -> tuple[Ints, Ints]:
        """The assignment of least cost (Hungarian method), where no match costs ``max_cost``."""
        # Cut off before the assignment: otherwise one pair far apart could force a worse match
        # on two pairs that are close.
        part = np.minimum(cost[np.ix_(people, found)], self._config.max_cost)
        i, j = linear_sum_assignment(part)
        close = part[i, j] < self._config.max_cost
        return people[i[close]], found[j[close]]

    def _correct(self, known: _KnownPeople, people: Ints, points: Doubles, hints: Ints) -> None:
        """Update the filters of the people who were found; the others keep their prediction."""
        measured = np.full_like(known.filter.points, np.nan)
        size = known.filter.size.copy()
        measured[people], size[people] = points, body_sizes(corner_boxes(points))
        known.filter = known.filter.update(measured, size, self._config.measurement_noise)
        known.last_s[people], known.hint[people] = self._now_s, hints

    def _worth_keeping(self, known: _KnownPeople) -> Bools:
        """(K,) False for people who are out of view for long, compared with their time in view.

        A false positive of one frame is dropped in the next, before it can match a person.
        """
        kept_for_s = _WAITING_FACTOR * (known.last_s - known.first_s)
        return np.asarray(self._now_s - known.last_s <= kept_for_s)

    def _start_people(self, ids: Ints, detections: Detections) -> Ints:
        """Give ids to new people, in an order that does not depend on the detector's.

        Returns:
            The places of the new people in the frame, in the order of their ids.
        """
        boxes = detections.boxes.astype(np.float64)
        new = np.flatnonzero((ids == NO_ID) & (detections.box_scores >= self._config.high_score))
        # Largest first, then from left to right, then from top to bottom.
        new = new[np.lexsort((boxes[new, 1], boxes[new, 0], -body_sizes(boxes[new])))]
        ids[new] = self._count + 1 + np.arange(len(new))
        self._count += len(new)
        return new

    def _new_people(
        self, ids: Ints, points: Doubles, hints: Ints, appearance: Floats
    ) -> _KnownPeople:
        sizes = body_sizes(corner_boxes(points))
        return _KnownPeople(
            filter=KeypointKalmanFilter.initial(points, sizes, self._config.measurement_noise),
            id=ids,
            hint=hints,
            appearance=appearance,
            first_s=np.full(len(ids), self._now_s),
            last_s=np.full(len(ids), self._now_s),
        )


def _appearance(detections: Detections) -> Floats:
    """(N, parts, colours); one part that is unknown where the run measured no colours."""
    if detections.appearance is None:
        return np.full((len(detections), 1, 1), np.nan, np.float32)
    return detections.appearance


def _running_mean(known: Floats, measured: Floats) -> Floats:
    """Exponential mean: one wrong measurement, or a person in front, changes little."""
    start = np.where(np.isnan(known), measured, known)
    return start + _LEARNING_RATE * np.where(np.isnan(measured), 0, measured - start)


def _hints(detections: Detections) -> Ints:
    none = np.full(len(detections), _NO_HINT, np.int64)
    return none if detections.hint_ids is None else detections.hint_ids
