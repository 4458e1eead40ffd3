"""Base of trackers that give ids while the clip is read and choose people afterwards."""

from __future__ import annotations

from typing import Generic, TypeVar

from framework.stages import Runtime, Tracker
from framework.types import Detections, Track, VideoInfo

from .associate import Associator
from .config import AssociationConfig
from .gaps import fill_gaps
from .history import DetectionHistory, HistoryRows
from .linking import link_tracklets

ConfigT = TypeVar("ConfigT", bound=AssociationConfig)


class AssociatingTracker(Tracker, Generic[ConfigT]):
    """A subclass implements `finish`: it chooses among `_linked` and returns `_tracks`.

    Choosing after the clip has been read means that the rows before the choice belong to the
    track too, and that a false positive is known by how briefly it was seen.

    Args:
        config: of the subclass.
        runtime: not used; trackers compute on the CPU, on one thread.
    """

    def __init__(self, config: ConfigT, runtime: Runtime) -> None:
        self._config = config
        self.wants_appearance = config.appearance_weight > 0
        self._reset(None)

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._reset(video.size_wh)

    def _reset(self, size_wh: tuple[int, int] | None) -> None:
        self._associator = Associator(self._config, size_wh)
        self._history = DetectionHistory()
        self.notes: list[str] = []

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame.

        Raises:
            StageError: ``time_s`` does not rise.
        """
        ids = self._associator.update(time_s, detections)
        self._history.append(index, time_s, detections, ids)

    def cut(self) -> None:
        """Forget everybody; see `framework.stages.Stage`."""
        self._associator.forget()
        self._history.cut()

    def _linked(self) -> HistoryRows:
        """All people of the clip, with ids that agree before and after gaps."""
        return link_tracklets(self._history, self._config)

    def _tracks(self, people: list[HistoryRows]) -> list[Track]:
        """One track per person, with ids from 1 and short gaps filled."""
        return [
            fill_gaps(self._history.track(number, person), self._config.max_gap_s)
            for number, person in enumerate(people, 1)
        ]
