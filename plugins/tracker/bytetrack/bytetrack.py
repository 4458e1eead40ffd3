"""ByteTrack (Zhang et al., 2022) from Roboflow's library, for comparison with ``all``."""

from __future__ import annotations

import numpy as np
import supervision
import trackers

from framework.stages import Runtime, Tracker
from framework.types import Detections, Ints, Track, VideoInfo

from .._association.associate import NO_ID
from .._association.history import DetectionHistory
from .._association.selection import tracks_of_all
from .config import ByteTrackConfig

_DEFAULT_FPS = 30.0
"""Frame rate before `start` has told that of the clip."""
_LIBRARY_FPS = 30.0
"""``lost_track_buffer`` counts frames of this rate, whatever the rate of the clip."""
_UNCONFIRMED = -1
"""What the library answers for a person whom it has seen only once."""


class ByteTrack(Tracker):
    """Gives ids by boxes alone; a track begins with the second detection of a person.

    Attributes:
        notes: after `finish`, how many people were left out and why.
    """

    def __init__(self, config: ByteTrackConfig, runtime: Runtime) -> None:
        self._config = config
        self._reset(_DEFAULT_FPS)

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._reset(float(video.fps / video.stride))

    def _reset(self, fps: float) -> None:
        self._library = trackers.ByteTrackTracker(
            lost_track_buffer=round(self._config.lost_s * _LIBRARY_FPS),
            frame_rate=fps,
            track_activation_threshold=self._config.high_score,
            minimum_consecutive_frames=1,
            minimum_iou_threshold=self._config.min_overlap,
            high_conf_det_threshold=self._config.high_score,
        )
        self._history = DetectionHistory()
        self._fps = fps
        self._ids_before = self._highest_id = 0
        self.notes: list[str] = []

    def cut(self) -> None:
        """Let the library begin anew, with higher ids; see `framework.stages.Stage`."""
        history, self._ids_before = self._history, self._highest_id
        before = self._ids_before
        self._reset(self._fps)
        self._history = history
        self._ids_before = self._highest_id = before

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame."""
        self._history.append(index, time_s, detections, self._ids(time_s, detections))

    def finish(self) -> list[Track]:
        """Return one track per person, in the order of appearance."""
        seen = self._history.observations()
        seen = seen.take(seen.id != NO_ID)
        tracks, self.notes = tracks_of_all(self._history, seen, self._config)
        return tracks

    def _ids(self, time_s: float, detections: Detections) -> Ints:
        """(N,) ids from 1; `NO_ID` for people whom the library has not confirmed."""
        ids = np.full(len(detections), NO_ID, np.int64)
        # The library gives ids in the order of its input, which must not be that of the detector.
        order = np.lexsort(detections.boxes.T[::-1])
        answer = self._library.update(
            supervision.Detections(
                xyxy=detections.boxes[order],
                confidence=detections.box_scores[order],
                data={"person": order},
            ),
            timestamp=time_s,
        )
        library_ids = np.asarray(answer.tracker_id, np.int64)
        confirmed = library_ids != _UNCONFIRMED
        if confirmed.any():
            ids[answer.data["person"][confirmed]] = library_ids[confirmed] + 1 + self._ids_before
            self._highest_id = max(self._highest_id, int(ids.max()))
        return ids
