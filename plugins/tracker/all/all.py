"""Follows all people who stay in view for a moment, each with an id of their own."""

from __future__ import annotations

from framework.types import Track

from .._association.selection import tracks_of_all
from .._association.tracker import AssociatingTracker
from .config import AllConfig


class All(AssociatingTracker[AllConfig]):
    """Gives ids while the clip is read, and leaves out false positives when it has been read.

    Attributes:
        notes: after `finish`, how many people were left out and why.
    """

    def finish(self) -> list[Track]:
        """Return one track per person, in the order of appearance."""
        tracks, self.notes = tracks_of_all(self._history, self._linked(), self._config)
        return tracks
