"""The first complete human covering the largest area, and then that human, whoever walks by."""

from __future__ import annotations

import numpy as np

from framework.stages import Runtime, Tracker
from framework.types import Bools, Detections, Track, VideoInfo

from .._association.associate import Associator
from .._association.gaps import fill_gaps
from .._association.history import History, Sightings, cuts
from .._association.linking import linked
from .config import Fallback, LargestCompleteConfig, OnLost


class LargestComplete(Tracker):
    """Numbers everybody while the clip is read, and chooses when it has been read.

    So the rows before the person was first complete belong to the track too, and a ghost that
    is complete for a moment is known to be one.

    Attributes:
        notes: after `finish`, sentences for the user about whom it followed and why.
    """

    def __init__(self, config: LargestCompleteConfig, runtime: Runtime) -> None:
        self._config = config
        self.wants_appearance = config.looks_weight > 0
        self._forget(None)

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget(video.size_wh)

    def _forget(self, size_wh: tuple[int, int] | None) -> None:
        self._associator = Associator(self._config, size_wh)
        self._history = History()
        self._cuts: set[int] = set()
        self.notes: list[str] = []

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame."""
        ids = self._associator.update(time_s, detections)
        self._history.append(index, time_s, detections, ids)

    def finish(self) -> list[Track]:
        """Return one track per person who was followed, one after the other in time."""
        self.notes = []
        seen = linked(self._history, self._config)
        lasting = self._lasting(seen, np.ones(len(seen), bool))
        self._cuts = set(cuts(seen.take(lasting)).tolist())
        if self._history.people and not len(seen):
            self._note_poor_scores(self._history.people)
        complete = seen.complete & self._lasting(seen, seen.complete)
        if complete.any() or not len(seen):
            chosen = self._follow(seen, complete)
        else:
            chosen = self._follow_largest(seen, self._fall_back(seen))
        self._note_changes(chosen)
        tracks = [self._history.track(number, mine) for number, mine in enumerate(chosen, 1)]
        return [fill_gaps(track, self._config.max_gap_s) for track in tracks]

    def _fall_back(self, seen: Sightings) -> Bools:
        """(S,) sightings for which a person may be chosen when nobody was complete."""
        short = f"nobody was complete for {self._config.confirm_s:g} s"
        reason = short if seen.complete.any() else "nobody was ever complete"
        if self._config.fallback is Fallback.none:
            self.notes.append(f"{reason}: no person is followed")
            return np.zeros(len(seen), bool)
        self.notes.append(f"{reason}: following the largest person instead")
        everybody = np.ones(len(seen), bool)
        lasting = self._lasting(seen, everybody)
        return lasting if lasting.any() else everybody

    def _lasting(self, seen: Sightings, counted: Bools) -> Bools:
        return self._history.lasting(seen, counted, self._config.confirm_s)

    def _follow(self, seen: Sightings, eligible: Bools) -> list[Sightings]:
        """The sightings of each person who is followed, in the order of time."""
        times = self._history.time_s[seen.row]
        chosen: list[Sightings] = []
        free = np.ones(len(seen), bool)
        while eligible.any():
            number = _first_largest(seen.take(eligible))
            chosen.append(seen.take(free & (seen.id == number)))
            if self._config.on_lost is OnLost.end:
                break
            # The next person may have been in view long before, but is followed only from here.
            last = chosen[-1].row[-1]
            free = seen.row > last
            if last + 1 in self._cuts:  # nobody who was there will come back
                eligible = eligible & free
            else:
                away = times > self._history.time_s[last] + self._config.lost_s
                eligible = eligible & away & self._near(seen, chosen[-1])
        return chosen

    def _follow_largest(self, seen: Sightings, eligible: Bools) -> list[Sightings]:
        """Whoever covers most, and in the time before and after whoever covers most then."""
        if not eligible.any():
            return []
        mine = seen.take(seen.id == _most_present(seen.take(eligible)))
        if self._config.on_lost is OnLost.end:
            return [mine]
        times, lost_s = self._history.time_s, self._config.lost_s
        first, last = mine.row[[0, -1]]
        near = eligible & self._near(seen, mine)
        early = near & (times[seen.row] < times[first] - lost_s)
        late = near & (times[seen.row] > times[last] + lost_s)
        early, late = (part & self._lasting(seen, part) for part in (early, late))
        before, after = seen.row < first, seen.row > last
        return [
            *self._follow_largest(seen.take(before), early[before]),
            mine,
            *self._follow_largest(seen.take(after), late[after]),
        ]

    def _near(self, seen: Sightings, other: Sightings) -> Bools:
        """(S,) whether they are not somebody far behind the other."""
        return np.asarray(seen.area >= self._config.next_area * np.median(other.area))

    def _note_changes(self, chosen: list[Sightings]) -> None:
        """Say who was lost when, and who came next."""
        times = self._history.time_s
        for number, mine in enumerate(chosen, 1):
            lost_s = times[mine.row[-1]]
            left = f"person {number} was last seen at {lost_s:.1f} s"
            if mine.row[-1] + 1 in self._cuts and number < len(chosen):
                self.notes.append(
                    f"the scene changes at {times[mine.row[-1] + 1]:.1f} s: person {number} is "
                    f"gone, and person {number + 1} is the first complete one of the new scene"
                )
            elif number < len(chosen):
                begin_s = times[chosen[number].row[0]]
                self.notes.append(
                    f"{left}; from {begin_s:.1f} s whoever came next, perhaps the same "
                    f"person, is followed as person {number + 1}"
                )
            elif times[-1] - lost_s > self._config.lost_s:
                self.notes.append(f"{left} of {times[-1]:.1f} s; nobody is followed afterwards")

    def _note_poor_scores(self, count: int) -> None:
        best, bar = self._history.best_box_score, self._config.high_score
        self.notes.append(
            f"all {count} detections have a box score below tracker.high_score={bar:g} "
            f"(best {best:.2f}): nobody is followed"
        )


def _first_largest(seen: Sightings) -> int:
    """Whoever covers most in the first frame of these sightings."""
    first = seen.take(seen.row == seen.row[0])
    return int(first.id[np.lexsort((first.id, -first.area))[0]])


def _most_present(seen: Sightings) -> int:
    """Whoever covers most, summed over these sightings."""
    return int(np.bincount(seen.id, seen.area).argmax())
