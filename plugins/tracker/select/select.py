"""The person whom the user selects, before and after the moment of the selection."""

from __future__ import annotations

import numpy as np

from framework.geometry.boxes import iou
from framework.types import Bools, Ints, Track

from .._association.history import HistoryRows
from .._association.similarity import Doubles
from .._association.tracker import AssociatingTracker
from .config import Order, SelectConfig

_NEAR_S = 0.5
"""A person may have been seen at a selected point or box this much earlier or later."""
_MIN_OVERLAP = 0.3
"""Least overlap (intersection over union) of a selected box with that of its person."""


class Select(AssociatingTracker[SelectConfig]):
    """Gives ids while the clip is read, and chooses one person when it has been read.

    Attributes:
        notes: after `finish`, that the person was not found, or when the person was in view.
    """

    def finish(self) -> list[Track]:
        """Return the person's track, or none when nobody is where the user selected."""
        self.notes = []
        seen = self._linked()
        counted = np.ones(len(seen), bool)
        seen = seen.take(self._history.seen_for(seen, counted, self._config.confirm_s))
        if not len(seen):
            return []
        chosen = self._id(seen)
        if chosen is None:
            self.notes.append(f"{self._selection()}: nobody is there, so no person is followed")
            return []
        person = seen.take(seen.id == chosen)
        self._note_absence(person)
        return self._tracks([person])

    def _id(self, seen: HistoryRows) -> int | None:
        """The id of the person, None when there is nobody."""
        config = self._config
        boxes = self._history.boxes(seen)
        if config.at is not None:
            x, y, time_s = config.at
            inside = np.asarray(((boxes[:, :2] <= (x, y)) & (boxes[:, 2:] >= (x, y))).all(1))
            distance = np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - (x, y)).T)
            return self._best(seen, inside, distance, time_s)
        if config.box is not None:
            *corners, time_s = config.box
            overlap = iou(boxes, np.array(corners))
            return self._best(seen, overlap >= _MIN_OVERLAP, -overlap, time_s)
        return _by_index(seen, boxes, config.index or 0, config.order)

    def _best(self, seen: HistoryRows, fits: Bools, cost: Doubles, time_s: float) -> int | None:
        """The id of least cost among those that fit, in the frame nearest in time that has one."""
        away_s = np.abs(self._history.time_s[seen.row] - time_s)
        fits = fits & (away_s <= _NEAR_S)
        if not fits.any():
            return None
        now = np.flatnonzero(fits & (away_s == away_s[fits].min()))
        return int(seen.id[now[np.lexsort((seen.id[now], cost[now]))[0]]])

    def _selection(self) -> str:
        """What the user selected, as typed."""
        config = self._config
        for name in ("at", "box"):
            if (values := getattr(config, name)) is not None:
                return f"tracker.{name}=[{','.join(f'{value:g}' for value in values)}]"
        return f"tracker.index={config.index or 0}"

    def _note_absence(self, person: HistoryRows) -> None:
        times = self._history.time_s
        first_s, last_s = times[person.row[[0, -1]]]
        if first_s - times[0] > self._config.lost_s or times[-1] - last_s > self._config.lost_s:
            self.notes.append(
                f"the person is in view from {first_s:.1f} s to {last_s:.1f} s of {times[-1]:.1f} s"
            )


def _by_index(seen: HistoryRows, boxes: Doubles, index: int, order: Order) -> int | None:
    """Count in the first frame that shows enough people; None when no frame does."""
    rows, counts = np.unique(seen.row, return_counts=True)
    enough = rows[counts > index]
    if not len(enough):
        return None
    now: Ints = np.flatnonzero(seen.row == enough[0])
    # ::2 takes x1 and x2, whose mean is the middle of the box.
    rank = -seen.area[now] if order is Order.size else boxes[now, ::2].mean(1)
    return int(seen.id[now[np.lexsort((seen.id[now], rank))[index]]])
