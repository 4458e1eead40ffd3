"""ByteTrack (Zhang et al. 2022) as Roboflow's library has it, for comparison with ``all``."""

from __future__ import annotations

import numpy as np
import supervision
import trackers

from framework.stages import Runtime, Tracker
from framework.types import Detections, Ints, Track, VideoInfo

from .._association.associate import NOBODY
from .._association.everybody import everybody
from .._association.history import History
from .config import ByteTrackConfig

_USUAL_FPS = 30.0
_LIBRARY_FPS = 30.0
"""``lost_track_buffer`` counts frames of this rate, whatever the clip has."""
_UNSURE = -1


class ByteTrack(Tracker):
    """Numbers people by their boxes alone; a person begins with the second sighting.

    Attributes:
        notes: after `finish`, how many people were left out and why.
    """

    def __init__(self, config: ByteTrackConfig, runtime: Runtime) -> None:
        self._config = config
        self._forget(_USUAL_FPS)

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget(float(video.fps / video.stride))

    def _forget(self, fps: float) -> None:
        self._library = trackers.ByteTrackTracker(
            lost_track_buffer=round(self._config.lost_s * _LIBRARY_FPS),
            frame_rate=fps,
            track_activation_threshold=self._config.high_score,
            minimum_consecutive_frames=1,
            minimum_iou_threshold=self._config.min_overlap,
            high_conf_det_threshold=self._config.high_score,
        )
        self._history = History()
        self.notes: list[str] = []

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame."""
        self._history.append(index, time_s, detections, self._numbers(time_s, detections))

    def finish(self) -> list[Track]:
        """Return one track per person, in the order of appearance."""
        seen = self._history.sightings()
        seen = seen.take(seen.id != NOBODY)
        tracks, self.notes = everybody(self._history, seen, self._config, self._config.max_gap_s)
        return tracks

    def _numbers(self, time_s: float, detections: Detections) -> Ints:
        """(N,) numbers from 1; `NOBODY` for whom the library is not sure of."""
        ids = np.full(len(detections), NOBODY, np.int64)
        # The library numbers in the order given, which must not be that of the detector.
        order = np.lexsort(detections.boxes.T[::-1])
        answer = self._library.update(
            supervision.Detections(
                xyxy=detections.boxes[order],
                confidence=detections.box_scores[order],
                data={"person": order},
            ),
            timestamp=time_s,
        )
        numbers = np.asarray(answer.tracker_id, np.int64)
        sure = numbers != _UNSURE
        if sure.any():
            ids[answer.data["person"][sure]] = numbers[sure] + 1
        return ids
