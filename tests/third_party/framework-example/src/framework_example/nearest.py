"""Everybody in the clip, each box joined to the nearest one of the frame before."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from framework.stages import Runtime, Tracker
from framework.types import Detections, State, Track, VideoInfo

from .config import NearestConfig


@dataclass
class _Person:
    rows: list[int] = field(default_factory=list)
    seen: list[Detections] = field(default_factory=list)  # of this person alone


class Nearest(Tracker):
    """Greedy: who is seen first chooses first; whoever is left over is somebody new."""

    def __init__(self, config: NearestConfig, runtime: Runtime) -> None:
        self._reach = config.reach
        self._forget()

    def _forget(self) -> None:
        self._frames: list[tuple[int, float]] = []
        self._people: list[_Person] = []

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget()

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame."""
        row, left = len(self._frames), list(range(len(detections)))
        self._frames.append((index, time_s))
        for person in self._people:
            chosen = self._nearest(person.seen[-1].boxes[0], detections, left)
            if chosen is not None:
                left.remove(chosen)
                person.rows.append(row)
                person.seen.append(detections.take(np.array([chosen])))
        self._people += [_Person([row], [detections.take(np.array([n]))]) for n in left]

    def _nearest(self, box: np.ndarray, people: Detections, left: list[int]) -> int | None:
        centres = (people.boxes[left, :2] + people.boxes[left, 2:]) / 2
        away = np.linalg.norm(centres - (box[:2] + box[2:]) / 2, axis=1)
        if not left or away.min() > self._reach * (box[3] - box[1]):
            return None
        return left[int(away.argmin())]

    def finish(self) -> list[Track]:
        """Return everybody, in the order of their first frame."""
        return [self._track(number, person) for number, person in enumerate(self._people, 1)]

    def _track(self, number: int, person: _Person) -> Track:
        count, rows, first = len(self._frames), person.rows, person.seen[0]
        index, times = zip(*self._frames, strict=True)

        def spread(name: str, blank: float) -> np.ndarray:
            values = np.concatenate([getattr(found, name) for found in person.seen])
            full = np.full((count, *values.shape[1:]), blank, values.dtype)
            full[rows] = values
            return full

        return Track(
            id=number,
            skeleton=first.skeleton,
            frame_index=np.array(index, np.int64),
            time_s=np.array(times, np.float64),
            boxes=spread("boxes", np.nan),
            keypoints=spread("keypoints", np.nan),
            keypoint_scores=spread("keypoint_scores", 0),
            state=np.isin(np.arange(count), rows).astype(np.uint8) * np.uint8(State.OBSERVED),
            complete=spread("complete", False),
            score_threshold=first.score_threshold,
            keypoints_3d=None if first.keypoints_3d is None else spread("keypoints_3d", np.nan),
        )
