"""The first complete person with the largest area, and then the same person to the end."""

from __future__ import annotations

import numpy as np

from framework.types import Bools, Track

from .._association.history import HistoryRows
from .._association.tracker import AssociatingTracker
from .config import Fallback, LargestCompleteConfig, OnLost


class LargestComplete(AssociatingTracker[LargestCompleteConfig]):
    """Gives ids while the clip is read, and chooses whom to follow when it has been read.

    So the rows before the person was first complete belong to the track too, and a false positive
    that is complete for a moment is recognised as one.

    Attributes:
        notes: after `finish`, sentences for the user about who was followed and why.
    """

    def finish(self) -> list[Track]:
        """Return one track per person who was followed, one after the other in time."""
        self.notes = []
        seen = self._linked()
        lasting = seen.take(self._confirmed(seen, np.ones(len(seen), bool)))
        cuts = set(self._history.scene_cuts(lasting).tolist())
        if self._history.people and not len(seen):
            self._note_low_scores(self._history.people)
        complete = seen.complete & self._confirmed(seen, seen.complete)
        if complete.any() or not len(seen):
            chosen = self._follow(seen, complete, cuts)
        else:
            chosen = self._follow_largest(seen, self._fall_back(seen))
        self._note_changes(chosen, cuts)
        return self._tracks(chosen)

    def _fall_back(self, seen: HistoryRows) -> Bools:
        """(S,) observations for which a person may be chosen when nobody was complete."""
        brief = f"nobody was complete for {self._config.confirm_s:g} s"
        reason = brief if seen.complete.any() else "nobody was ever complete"
        if self._config.fallback is Fallback.none:
            self.notes.append(f"{reason}: no person is followed")
            return np.zeros(len(seen), bool)
        self.notes.append(f"{reason}: following the largest person instead")
        counted = np.ones(len(seen), bool)
        confirmed = self._confirmed(seen, counted)
        return confirmed if confirmed.any() else counted

    def _confirmed(self, seen: HistoryRows, counted: Bools) -> Bools:
        """(S,) whether the person has enough counted observations; see `seen_for`."""
        return self._history.seen_for(seen, counted, self._config.confirm_s)

    def _follow(self, seen: HistoryRows, eligible: Bools, cuts: set[int]) -> list[HistoryRows]:
        """The observations of each person who is followed, in the order of time."""
        times = self._history.time_s[seen.row]
        chosen: list[HistoryRows] = []
        free = np.ones(len(seen), bool)
        while eligible.any():
            person = _first_largest(seen.take(eligible))
            chosen.append(seen.take(free & (seen.id == person)))
            if self._config.on_lost is OnLost.end:
                break
            # The next person may have been in view long before, but is followed only from here.
            last = chosen[-1].row[-1]
            free = seen.row > last
            if last + 1 in cuts:  # nobody of the old scene will come back
                eligible = eligible & free
            else:
                absent = times > self._history.time_s[last] + self._config.lost_s
                eligible = eligible & absent & self._near(seen, chosen[-1])
        return chosen

    def _follow_largest(self, seen: HistoryRows, eligible: Bools) -> list[HistoryRows]:
        """The person with the largest area in total, and the same before and after that person."""
        if not eligible.any():
            return []
        person = seen.take(seen.id == _largest_in_total(seen.take(eligible)))
        if self._config.on_lost is OnLost.end:
            return [person]
        times, lost_s = self._history.time_s, self._config.lost_s
        first, last = person.row[[0, -1]]
        near = eligible & self._near(seen, person)
        early = near & (times[seen.row] < times[first] - lost_s)
        late = near & (times[seen.row] > times[last] + lost_s)
        # Counted anew: only observations in these parts may confirm another person.
        early, late = (part & self._confirmed(seen, part) for part in (early, late))
        before, after = seen.row < first, seen.row > last
        return [
            *self._follow_largest(seen.take(before), early[before]),
            person,
            *self._follow_largest(seen.take(after), late[after]),
        ]

    def _near(self, seen: HistoryRows, other: HistoryRows) -> Bools:
        """(S,) whether they are large enough not to be far behind the other person."""
        return np.asarray(seen.area >= self._config.next_area * np.median(other.area))

    def _note_changes(self, chosen: list[HistoryRows], cuts: set[int]) -> None:
        """Note when a person was lost, and who is followed from then on."""
        times = self._history.time_s
        for number, person in enumerate(chosen, 1):
            last = person.row[-1]
            lost = f"person {number} was last seen at {times[last]:.1f} s"
            if last + 1 in cuts and number < len(chosen):
                self.notes.append(
                    f"the scene changes at {times[last + 1]:.1f} s: person {number} is gone, and "
                    f"person {number + 1} is the first complete one of the new scene"
                )
            elif number < len(chosen):
                begin_s = times[chosen[number].row[0]]
                self.notes.append(
                    f"{lost}; from {begin_s:.1f} s the next person, perhaps the same one, is "
                    f"followed as person {number + 1}"
                )
            elif times[-1] - times[last] > self._config.lost_s:
                self.notes.append(f"{lost} of {times[-1]:.1f} s; nobody is followed afterwards")

    def _note_low_scores(self, count: int) -> None:
        best, least = self._history.best_box_score, self._config.high_score
        self.notes.append(
            f"all {count} detections have a box score below tracker.high_score={least:g} "
            f"(best {best:.2f}): nobody is followed"
        )


def _first_largest(seen: HistoryRows) -> int:
    """The id with the largest area in the first frame of these observations."""
    first = seen.take(seen.row == seen.row[0])
    return int(first.id[np.lexsort((first.id, -first.area))[0]])


def _largest_in_total(seen: HistoryRows) -> int:
    """The id with the largest area, summed over these observations."""
    return int(np.bincount(seen.id, seen.area).argmax())
