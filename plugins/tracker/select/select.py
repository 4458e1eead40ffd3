"""The person that the user points at, before and after that moment."""

from __future__ import annotations

import numpy as np

from framework.stages import Runtime, Tracker
from framework.types import Bools, Detections, Ints, Track, VideoInfo

from .._association.associate import Associator
from .._association.gaps import fill_gaps
from .._association.history import History, Sightings
from .._association.linking import linked
from .._association.similarity import Doubles, overlap
from .config import Order, SelectConfig

_NEAR_S = 0.5
"""How far from the time of a point or a box somebody may have been seen there."""
_LIKE = 0.3
"""Least overlap of a box with that of its person."""


class Select(Tracker):
    """Numbers everybody while the clip is read, and chooses when it has been read.

    Attributes:
        notes: after `finish`, whom it could not find, or when the person was lost.
    """

    def __init__(self, config: SelectConfig, runtime: Runtime) -> None:
        self._config = config
        self.wants_appearance = config.looks_weight > 0
        self._forget(None)

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget(video.size_wh)

    def _forget(self, size_wh: tuple[int, int] | None) -> None:
        self._associator = Associator(self._config, size_wh)
        self._history = History()
        self.notes: list[str] = []

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame."""
        ids = self._associator.update(time_s, detections)
        self._history.append(index, time_s, detections, ids)

    def finish(self) -> list[Track]:
        """Return the person's track, or none when nobody is where the user pointed."""
        self.notes = []
        seen = linked(self._history, self._config)
        everybody = np.ones(len(seen), bool)
        seen = seen.take(self._history.lasting(seen, everybody, self._config.confirm_s))
        number = self._number(seen) if len(seen) else None
        if number is None:
            if len(self._history) and len(seen):
                self.notes.append(f"{self._wish()}: nobody is there, so no person is followed")
            return []
        mine = seen.take(seen.id == number)
        self._note_absence(mine)
        return [fill_gaps(self._history.track(1, mine), self._config.max_gap_s)]

    def _number(self, seen: Sightings) -> int | None:
        """The id of the person, None when there is nobody."""
        config = self._config
        if config.at is not None:
            x, y, time_s = config.at
            boxes = self._history.boxes(seen)
            held = np.asarray(((boxes[:, :2] <= (x, y)) & (boxes[:, 2:] >= (x, y))).all(1))
            away = np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - (x, y)).T)
            return self._best(seen, held, away, time_s)
        if config.box is not None:
            *corners, time_s = config.box
            shared = overlap(self._history.boxes(seen), np.array([corners]))[:, 0]
            return self._best(seen, shared >= _LIKE, -shared, time_s)
        return _by_index(seen, self._history.boxes(seen), config.index or 0, config.order)

    def _best(self, seen: Sightings, fits: Bools, cost: Doubles, time_s: float) -> int | None:
        """The cheapest of those who fit, in the frame nearest to a time that has one."""
        later = np.abs(self._history.time_s[seen.row] - time_s)
        fits = fits & (later <= _NEAR_S)
        if not fits.any():
            return None
        now = np.flatnonzero(fits & (later == later[fits].min()))
        return int(seen.id[now[np.lexsort((seen.id[now], cost[now]))[0]]])

    def _wish(self) -> str:
        """What the user asked for."""
        config = self._config
        for name in ("at", "box"):
            if (values := getattr(config, name)) is not None:
                return f"tracker.{name}=[{','.join(f'{value:g}' for value in values)}]"
        return f"tracker.index={config.index or 0}"

    def _note_absence(self, mine: Sightings) -> None:
        times = self._history.time_s
        first_s, last_s = times[mine.row[[0, -1]]]
        if first_s - times[0] > self._config.lost_s or times[-1] - last_s > self._config.lost_s:
            self.notes.append(
                f"the person is in view from {first_s:.1f} s to {last_s:.1f} s of {times[-1]:.1f} s"
            )


def _by_index(seen: Sightings, boxes: Doubles, index: int, order: Order) -> int | None:
    """Count in the first frame that shows enough people."""
    rows, counts = np.unique(seen.row, return_counts=True)
    enough = rows[counts > index]
    if not len(enough):
        return None
    now: Ints = np.flatnonzero(seen.row == enough[0])
    rank = -seen.area[now] if order is Order.size else boxes[now, ::2].mean(1)
    return int(seen.id[now[np.lexsort((seen.id[now], rank))[index]]])
