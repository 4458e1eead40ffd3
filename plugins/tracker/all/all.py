"""Everybody who stays in view for a moment, each with a number of their own."""

from __future__ import annotations

from framework.stages import Runtime, Tracker
from framework.types import Detections, Track, VideoInfo

from .._association.associate import Associator
from .._association.everybody import everybody
from .._association.history import History
from .._association.linking import linked
from .config import AllConfig


class All(Tracker):
    """Numbers people while the clip is read, and drops ghosts when it has been read.

    Attributes:
        notes: after `finish`, how many people were left out and why.
    """

    def __init__(self, config: AllConfig, runtime: Runtime) -> None:
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
        """Return one track per person, in the order of appearance."""
        seen = linked(self._history, self._config)
        tracks, self.notes = everybody(self._history, seen, self._config, self._config.max_gap_s)
        return tracks
