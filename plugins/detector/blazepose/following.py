"""Searching for people now and then, and following them by their landmarks in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from .._topdown.squares import Array, Image
from . import rules
from .config import BlazePoseConfig
from .finders import SquareFinder
from .landmarks import Pose

_CLOCK_SLACK_S = 1e-3
"""Times are sums of frame durations; an even multiple of them must count as due."""


class Looker(Protocol):
    """Whatever sees the pose of the person in a square."""

    def look(self, image: Image, square: Array) -> Pose:
        """Return the pose that the square shows."""
        ...


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
        self._finder = finder
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
            if pose.presence >= self._config.presence_followed and _usable(pose, image):
                yield Person(person.number, pose)

    def _newcomers(self, image: Image, people: list[Person], *, whole_only: bool) -> list[Person]:
        room = self._config.max_people - len(people)
        if room <= 0:
            return []
        squares = self._finder.squares(image, whole_only=whole_only)
        known = [person.pose for person in people]
        candidates = rules.worth_a_look(squares, np.array([pose.square for pose in known]))
        looks = (self._look_twice(image, square) for square in candidates)
        new = list(islice(_unseen((pose for pose in looks if pose), known), room))
        self._numbers += len(new)
        numbers = range(self._numbers - len(new), self._numbers)
        return [Person(number, pose) for number, pose in zip(numbers, new, strict=True)]

    def _look_twice(self, image: Image, square: Array) -> Pose | None:
        """The candidate's pose, seen from where the first look says the person is."""
        first = self._looker.look(image, square)
        if first.presence < rules.PRESENCE_FIRST_LOOK or not _usable(first, image):
            return None
        second = self._looker.look(image, first.square)
        believed = second.presence >= self._config.presence_new and rules.has_torso(second)
        in_place = _usable(second, image) and rules.stayed(square, second)
        return second if believed and in_place else None


def _usable(pose: Pose, image: Image) -> bool:
    return rules.usable(pose, (image.shape[1], image.shape[0]))


def _without_doubles(people: list[Person]) -> list[Person]:
    """Where two have come to follow the same person, the older one stays."""
    kept: list[Person] = []
    for person in people:
        if not any(rules.same_person(person.pose, other.pose) for other in kept):
            kept.append(person)
    return kept


def _unseen(poses: Iterator[Pose], known: list[Pose]) -> list[Pose]:
    """Poses that neither repeat nor lie within those known, nor one another; best first."""
    new: list[Pose] = []
    for pose in poses:
        if not any(rules.same_person(pose, other) for other in known + new):
            new.append(pose)
    return [pose for pose in new if not any(rules.part_of(pose, other) for other in known + new)]
