"""Searching for people now and then, and following them by their landmarks in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from framework.types import Image

from .._blazepose import rules
from .._blazepose.landmarks import Pose
from .._blazepose.newcomers import Looker, Newcomers, SquareFinder, is_usable
from .config import BlazePoseConfig

_CLOCK_SLACK_S = 1e-3
"""Times are sums of frame durations; an even multiple of them must count as due."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is followed.

    Attributes:
        number: unique within a clip; not an identity, for it may change hands under overlap.
        pose: in the newest frame.
    """

    number: int
    pose: Pose


class Follower:
    """Everybody in view, from frame to frame.

    Args:
        looker: the landmark model.
        finder: proposes where newcomers may be.
        config: how often to search, how many to follow, and whom to believe in.
    """

    def __init__(self, looker: Looker, finder: SquareFinder, config: BlazePoseConfig) -> None:
        self._looker = looker
        self._search = Newcomers(looker, finder, config.presence_new)
        self._config = config
        self.forget()

    def forget(self) -> None:
        """Begin a new clip."""
        self._people: list[Person] = []
        self._numbers = 0
        self._search_due_s = -np.inf

    def update(self, image: Image, time_s: float) -> list[Person]:
        """Return the people of the next frame, those followed longest first.

        Args:
            image: (H, W, 3) RGB.
            time_s: rises from call to call; searches keep to it, whatever the frame rate.
        """
        known = len(self._people)
        followed = list(self._follow(image))
        due = time_s >= self._search_due_s
        if due:
            self._search_due_s = time_s + self._config.redetect_s - _CLOCK_SLACK_S
        people = _without_doubles(followed)
        if due or len(followed) < known:
            people += self._newcomers(image, people, whole_only=not due)
        self._people = people
        return people

    def _follow(self, image: Image) -> Iterator[Person]:
        for person in self._people:
            pose = self._looker.look(image, person.pose.square)
            if pose.presence >= self._config.presence_followed and is_usable(pose, image):
                yield Person(person.number, pose)

    def _newcomers(self, image: Image, people: list[Person], *, whole_only: bool) -> list[Person]:
        room = self._config.max_people - len(people)
        if room <= 0:
            return []
        known = [person.pose for person in people]
        new = self._search.find(image, known, room, whole_only=whole_only)
        self._numbers += len(new)
        numbers = range(self._numbers - len(new), self._numbers)
        return [Person(number, pose) for number, pose in zip(numbers, new, strict=True)]


def _without_doubles(people: list[Person]) -> list[Person]:
    """Where two have come to follow the same person, the older one stays."""
    kept: list[Person] = []
    for person in people:
        if not any(rules.same_person(person.pose, other.pose) for other in kept):
            kept.append(person)
    return kept
