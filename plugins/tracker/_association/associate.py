"""Numbers the people of each frame: the same number is the same person."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from framework.types import Bools, Detections, Ints, Times

from .config import AssociationConfig
from .motion import Motion
from .similarity import (
    Doubles,
    body_sizes,
    corner_boxes,
    overlap,
    point_sigmas,
    point_similarity,
    tracked_points,
)

NOBODY = 0
_NO_HINT = -1


class Associator:
    """Follows people by overlap, keypoint similarity and motion; forgets who is long gone.

    Each frame is assigned twice (ByteTrack, Zhang et al. 2022): detections with a high score to
    everybody, then the poor ones to those who were in view a frame ago. A poor detection goes on
    with a person but never starts one.
    """

    def __init__(self, config: AssociationConfig) -> None:
        self._config = config
        self._motion: Motion | None = None
        self._id: Ints = np.zeros(0, np.int64)
        self._hint: Ints = np.zeros(0, np.int64)
        self._first_s: Times = np.zeros(0)
        self._last_s: Times = np.zeros(0)
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
        self._keep(time_s - self._last_s <= self._config.lost_s)
        points = tracked_points(detections)
        high = detections.box_scores >= self._config.high_score
        low = ~high & (detections.box_scores >= self._config.low_score)
        ids = np.full(len(detections), NOBODY, np.int64)
        if self._motion is not None:
            self._motion = self._motion.predict(time_s - before_s, self._config.agility)
            cost = self._cost(detections, points)
            recent = self._last_s == before_s
            people, found = self._assign(cost, high, low, recent)
            self._see(people, found, points, detections)
            ids[found] = self._id[people]
        self._keep(self._is_worth_waiting_for())
        self._begin(np.flatnonzero(high & (ids == NOBODY)), points, detections, ids)
        return ids

    def _cost(self, detections: Detections, points: Doubles) -> Doubles:
        """(K, N): 0 for the same place, 1 for no likeness at all."""
        motion, config = self._motion, self._config
        assert motion is not None  # noqa: S101
        variance = np.minimum(motion.variance, config.reach**2)
        near = point_similarity(
            motion.points, variance, points, motion.size, point_sigmas(detections.skeleton)
        )
        shared = overlap(corner_boxes(motion.points), corner_boxes(points))
        # Where a box will be is known less and less: overlap counts only as far as it is.
        doubt = np.sqrt(variance[:, -2:].mean(1)) / config.reach
        weight = (config.box_weight * (1 - doubt))[:, None]
        absent = (self._now_s - self._last_s) / config.lost_s
        cost = 1 - weight * shared - (1 - weight) * near + config.absence_cost * absent[:, None]
        return np.asarray(cost - config.hint_bonus * self._hinted(detections))

    def _hinted(self, detections: Detections) -> Bools:
        hints = _hints(detections)
        return np.asarray((self._hint[:, None] == hints) & (hints != _NO_HINT))

    def _assign(self, cost: Doubles, high: Bools, low: Bools, recent: Bools) -> tuple[Ints, Ints]:
        """Pairs of person and detection: high scores for everybody, then low for the recent."""
        people, found = self._match(cost, np.ones(len(cost), bool), high)
        rest = recent.copy()
        rest[people] = False
        more_people, more_found = self._match(cost, rest, low)
        return np.concatenate([people, more_people]), np.concatenate([found, more_found])

    def _match(self, cost: Doubles, people: Bools, found: Bools) -> tuple[Ints, Ints]:
        """The cheapest assignment in which staying alone costs ``max_cost``."""
        rows, columns = np.flatnonzero(people), np.flatnonzero(found)
        part = np.minimum(cost[np.ix_(rows, columns)], self._config.max_cost)
        i, j = linear_sum_assignment(part)
        close = part[i, j] < self._config.max_cost
        return rows[i[close]], columns[j[close]]

    def _see(self, people: Ints, found: Ints, points: Doubles, detections: Detections) -> None:
        """Correct the motion of those who were found."""
        assert self._motion is not None  # noqa: S101
        seen = np.full_like(self._motion.points, np.nan)
        seen[people] = points[found]
        size = self._motion.size.copy()
        size[people] = body_sizes(corner_boxes(points[found]))
        self._motion = self._motion.correct(seen, size, self._config.jitter)
        self._last_s[people] = self._now_s
        self._hint[people] = _hints(detections)[found]

    def _is_worth_waiting_for(self) -> Bools:
        """Those in view, and those out of view for no longer than they had been in view."""
        # So a ghost of one frame is gone in the next, before it can catch somebody.
        return np.asarray(self._now_s - self._last_s <= self._last_s - self._first_s)

    def _begin(self, new: Ints, points: Doubles, detections: Detections, ids: Ints) -> None:
        """Give numbers to newcomers, the largest first, in any order of the detections."""
        sizes = body_sizes(corner_boxes(points))
        boxes = detections.boxes
        new = new[np.lexsort((boxes[new, 1], boxes[new, 0], -sizes[new]))]
        ids[new] = self._born + 1 + np.arange(len(new))
        self._born += len(new)
        motion = Motion.begin(points[new], sizes[new], self._config.jitter)
        self._motion = motion if self._motion is None else self._motion.join(motion)
        self._id = np.concatenate([self._id, ids[new]])
        self._hint = np.concatenate([self._hint, _hints(detections)[new]])
        now = np.full(len(new), self._now_s)
        self._first_s = np.concatenate([self._first_s, now])
        self._last_s = np.concatenate([self._last_s, now])

    def _keep(self, people: Bools) -> None:
        """Forget the others."""
        if self._motion is None or people.all():
            return
        self._motion = self._motion.take(people)
        self._id, self._hint = self._id[people], self._hint[people]
        self._first_s, self._last_s = self._first_s[people], self._last_s[people]


def _hints(detections: Detections) -> Ints:
    if detections.hint_ids is None:
        return np.full(len(detections), _NO_HINT, np.int64)
    return detections.hint_ids
