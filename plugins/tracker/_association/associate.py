"""Numbers the people of each frame: the same number is the same person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from framework.types import Bools, Detections, Floats, Ints, Times

from .config import AssociationConfig
from .motion import Motion
from .similarity import (
    Doubles,
    body_sizes,
    corner_boxes,
    look_distance,
    overlap,
    point_sigmas,
    point_similarity,
    tracked_points,
)

NOBODY = 0
_NO_HINT = -1
_LEARNT = np.float32(0.05)
"""Share of a new look in what is remembered."""
_PATIENCE = 2.0
"""How long somebody out of view is waited for, in times of how long they had been in view."""


@dataclass(slots=True, kw_only=True)
class _Known:
    """K people who are in view, or may come back.

    Attributes:
        motion: where they are and go.
        id: (K,) their numbers.
        hint: (K,) the detector's own numbers when they were last seen.
        looks: (K, parts, colours) what they look like, NaN where that is unknown.
        first_s, last_s: (K,) when they were first and last seen, seconds.
    """

    motion: Motion
    id: Ints
    hint: Ints
    looks: Floats
    first_s: Times
    last_s: Times

    def only(self, people: Bools) -> _Known:
        """Those whom a mask selects; mostly that is everybody, who need no copy."""
        return self if people.all() else self.take(people)

    def take(self, people: NDArray[np.int64] | Bools) -> _Known:
        return _Known(
            motion=self.motion.take(people),
            id=self.id[people],
            hint=self.hint[people],
            looks=self.looks[people],
            first_s=self.first_s[people],
            last_s=self.last_s[people],
        )

    def join(self, other: _Known) -> _Known:
        return _Known(
            motion=self.motion.join(other.motion),
            id=np.concatenate([self.id, other.id]),
            hint=np.concatenate([self.hint, other.hint]),
            looks=np.concatenate([self.looks, other.looks]),
            first_s=np.concatenate([self.first_s, other.first_s]),
            last_s=np.concatenate([self.last_s, other.last_s]),
        )


class Associator:
    """Follows people by overlap, keypoint similarity and motion; forgets who is long gone.

    Each frame is assigned twice (ByteTrack, Zhang et al. 2022): detections with a high score to
    everybody, then the poor ones to those who were in view a frame ago. A poor detection goes on
    with a person but never starts one.

    Args:
        config: thresholds.
        size_wh: of the picture, at whose edge people are expected who have left it; None: unknown.
    """

    def __init__(self, config: AssociationConfig, size_wh: tuple[int, int] | None = None) -> None:
        self._config = config
        self._size_wh = size_wh
        self._known: _Known | None = None
        self._now_s = 0.0
        self._born = 0

    def update(self, time_s: float, detections: Detections) -> Ints:
        """Recognise the people of the next frame.

        Args:
            time_s: later than the frame before.
            detections: its people.

        Returns:
            (N,) int64 numbers from 1, rising with appearance; `NOBODY` for a detection that is
            too poor to start a person and continues none.
        """
        before_s, self._now_s = self._now_s, time_s
        points, hints, looks = tracked_points(detections), _hints(detections), _looks(detections)
        ids = np.full(len(detections), NOBODY, np.int64)
        if self._known is None:
            self._known = self._newcomers(ids[:0], points[:0], hints[:0], looks[:0])
        known = self._expected(self._known, time_s - before_s)
        cost = self._cost(known, points, hints, point_sigmas(detections.skeleton))
        cost = self._with_looks(cost, known.looks, looks)
        people, found = self._assign(cost, detections.box_scores, known.last_s == before_s)
        ids[found] = known.id[people]
        self._see(known, people, points[found], hints[found])
        known.looks[people] = _remembered(known.looks[people], looks[found])
        new = self._number(ids, detections)
        self._known = known.only(self._worth_waiting_for(known))
        if len(new):
            newcomers = self._newcomers(ids[new], points[new], hints[new], looks[new])
            self._known = self._known.join(newcomers)
        return ids

    def _expected(self, known: _Known, dt: float) -> _Known:
        """Those who are not gone for too long, where they should be by now."""
        recent = known.only(self._now_s - known.last_s <= self._config.lost_s)
        recent.motion = recent.motion.predict(dt, self._config.agility)
        away = recent.last_s < self._now_s - dt
        if self._size_wh is not None and away.any():
            recent.motion = recent.motion.kept_inside(self._size_wh, away)
        return recent

    def _cost(self, known: _Known, points: Doubles, hints: Ints, sigmas: Doubles) -> Doubles:
        """(K, N): 0 for the same place, 1 for no likeness at all."""
        motion, config = known.motion, self._config
        variance = np.minimum(motion.variance, config.reach**2)
        near = point_similarity(motion.points, variance, points, motion.size, sigmas)
        shared = overlap(corner_boxes(motion.points), corner_boxes(points))
        # Where a box will be is known less and less: overlap counts only as far as it is.
        doubt = np.sqrt(variance[:, -2:].mean(1)) / config.reach
        weight = (config.box_weight * (1 - doubt))[:, None]
        absence = (self._now_s - known.last_s) / config.lost_s
        hinted = (known.hint[:, None] == hints) & (hints != _NO_HINT)
        likeness = weight * shared + (1 - weight) * near + config.hint_bonus * hinted
        return np.asarray(1 - likeness + config.absence_cost * absence[:, None])

    def _with_looks(self, cost: Doubles, looks: Floats, others: Floats) -> Doubles:
        """The cost with its share of colours, for pairs where they are known."""
        unlike = look_distance(looks, others)
        dearer = self._config.looks_weight * (unlike - cost)
        return cost + np.where(np.isnan(unlike), 0, dearer)

    def _assign(self, cost: Doubles, scores: Floats, in_view: Bools) -> tuple[Ints, Ints]:
        """Pairs of person and detection: high scores to everybody, then low to those in view."""
        high = scores >= self._config.high_score
        low = ~high & (scores >= self._config.low_score)
        people, found = self._match(cost, np.arange(len(cost)), np.flatnonzero(high))
        if not low.any():
            return people, found
        rest = in_view.copy()
        rest[people] = False
        more_people, more_found = self._match(cost, np.flatnonzero(rest), np.flatnonzero(low))
        return np.concatenate([people, more_people]), np.concatenate([found, more_found])

    def _match(self, cost: Doubles, people: Ints, found: Ints) -> tuple[Ints, Ints]:
        """The cheapest assignment in which staying alone costs ``max_cost``."""
        part = np.minimum(cost[np.ix_(people, found)], self._config.max_cost)
        i, j = linear_sum_assignment(part)
        close = part[i, j] < self._config.max_cost
        return people[i[close]], found[j[close]]

    def _see(self, known: _Known, people: Ints, points: Doubles, hints: Ints) -> None:
        """Correct what is known of those who were found."""
        seen, size = np.full_like(known.motion.points, np.nan), known.motion.size.copy()
        seen[people], size[people] = points, body_sizes(corner_boxes(points))
        known.motion = known.motion.correct(seen, size, self._config.jitter)
        known.last_s[people], known.hint[people] = self._now_s, hints

    def _worth_waiting_for(self, known: _Known) -> Bools:
        """Those in view, and those out of view for no longer than they have earned."""
        # So a ghost of one frame is gone in the next, before it can catch somebody.
        earned = _PATIENCE * (known.last_s - known.first_s)
        return np.asarray(self._now_s - known.last_s <= earned)

    def _number(self, ids: Ints, detections: Detections) -> Ints:
        """Give numbers to newcomers, in an order that does not depend on the detector's."""
        boxes = detections.boxes.astype(np.float64)
        new = np.flatnonzero((ids == NOBODY) & (detections.box_scores >= self._config.high_score))
        new = new[np.lexsort((boxes[new, 1], boxes[new, 0], -body_sizes(boxes[new])))]
        ids[new] = self._born + 1 + np.arange(len(new))
        self._born += len(new)
        return new

    def _newcomers(self, ids: Ints, points: Doubles, hints: Ints, looks: Floats) -> _Known:
        sizes = body_sizes(corner_boxes(points))
        return _Known(
            motion=Motion.begin(points, sizes, self._config.jitter),
            id=ids,
            hint=hints,
            looks=looks,
            first_s=np.full(len(ids), self._now_s),
            last_s=np.full(len(ids), self._now_s),
        )


def _looks(detections: Detections) -> Floats:
    if detections.appearance is None:
        return np.full((len(detections), 1, 1), np.nan, np.float32)
    return detections.appearance


def _remembered(looks: Floats, seen: Floats) -> Floats:
    """A running mean, so that one bad look, or somebody in front, changes little."""
    both = np.where(np.isnan(looks), seen, looks)
    return both + _LEARNT * np.where(np.isnan(seen), 0, seen - both)


def _hints(detections: Detections) -> Ints:
    nobody = np.full(len(detections), _NO_HINT, np.int64)
    return nobody if detections.hint_ids is None else detections.hint_ids
