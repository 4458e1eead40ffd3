"""Everybody in the clip, each box joined to the nearest one of the frame before."""

from __future__ import annotations

import numpy as np

from framework.stages import Runtime, Tracker
from framework.tracks import track_of
from framework.types import Detections, Floats, Track, VideoInfo

from .config import NearestConfig


class Nearest(Tracker):
    """Greedy: who was seen first chooses first; whoever is left over is somebody new."""

    def __init__(self, config: NearestConfig, runtime: Runtime) -> None:
        self._reach = config.reach
        self._forget()

    def _forget(self) -> None:
        self._frames: list[tuple[int, float]] = []
        self._people: list[dict[int, Detections]] = []  # by row, each of them alone

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget()

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame."""
        row, left = len(self._frames), list(range(len(detections)))
        self._frames.append((index, time_s))
        for person in self._people:
            last = list(person.values())[-1]
            chosen = self._nearest(last.boxes[0], detections, left)
            if chosen is not None:
                left.remove(chosen)
                person[row] = detections.take(np.array([chosen]))
        self._people += [{row: detections.take(np.array([number]))} for number in left]

    def _nearest(self, box: Floats, people: Detections, left: list[int]) -> int | None:
        centres = (people.boxes[left, :2] + people.boxes[left, 2:]) / 2
        away = np.linalg.norm(centres - (box[:2] + box[2:]) / 2, axis=1)
        if not left or away.min() > self._reach * (box[3] - box[1]):
            return None
        return left[int(away.argmin())]

    def finish(self) -> list[Track]:
        """Return everybody, in the order of their first frame."""
        return [track_of(n, self._frames, seen) for n, seen in enumerate(self._people, 1)]
