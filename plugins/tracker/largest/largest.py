"""The largest person of each frame: what simple scripts do, here for comparison."""

from __future__ import annotations

import numpy as np

from framework.stages import Runtime, Tracker
from framework.types import Detections, Track, VideoInfo

from .._association.gaps import fill_gaps
from .._association.history import DetectionHistory
from .config import LargestConfig


class Largest(Tracker):
    """Follows size, not a person: its one track jumps when another person becomes larger.

    A gap is filled between the people before and after it, even if they are two people.
    """

    def __init__(self, config: LargestConfig, runtime: Runtime) -> None:
        self._config = config
        self._history = DetectionHistory()

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._history = DetectionHistory()

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame.

        Raises:
            StageError: ``time_s`` does not rise.
        """
        self._history.append(index, time_s, detections, np.zeros(len(detections), np.int64))

    def finish(self) -> list[Track]:
        """Return one track, or none when nobody was ever seen."""
        seen = self._history.observations()
        if not len(seen):
            return []
        order = np.lexsort((-seen.area, seen.row))
        _, largest = np.unique(seen.row[order], return_index=True)
        track = self._history.track(1, seen.take(order[largest]))
        return [fill_gaps(track, self._config.max_gap_s)]
