"""Finding people whom nobody follows yet: candidates that two looks confirm."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

import numpy as np

from framework.geometry.boxes import Array
from framework.types import Image

from . import rules
from .landmarks import Pose


class Looker(Protocol):
    """Whatever sees the pose of the person in a square."""

    def look(self, image: Image, square: Array) -> Pose:
        """Return the pose that the square shows."""
        ...


class SquareFinder(Protocol):
    """Whatever proposes squares in which a person may be."""

    def squares(self, image: Image, *, whole_only: bool) -> Array:
        """Return (N, 4) squares, best first; ``whole_only`` asks for a quick look."""
        ...


class Newcomers:
    """Proposals that turn out to be people.

    Args:
        looker: the landmark model.
        finder: proposes where newcomers may be.
        presence: from which a candidate is a person, 0..1.
    """

    def __init__(self, looker: Looker, finder: SquareFinder, presence: float) -> None:
        self._looker = looker
        self._finder = finder
        self._presence = presence

    def find(
        self, image: Image, known: list[Pose], room: int, *, whole_only: bool = False
    ) -> list[Pose]:
        """Return the poses of people who are not known, best first.

        Args:
            image: (H, W, 3) RGB.
            known: people already followed.
            room: most to return.
            whole_only: ask for a quick look.
        """
        squares = self._finder.squares(image, whole_only=whole_only)
        candidates = rules.worth_a_look(squares, np.array([pose.square for pose in known]))
        looks = (self._look_twice(image, square) for square in candidates)
        return list(islice(_unseen((pose for pose in looks if pose), known), room))

    def _look_twice(self, image: Image, square: Array) -> Pose | None:
        """The candidate's pose, seen from where the first look says the person is."""
        first = self._looker.look(image, square)
        if first.presence < rules.PRESENCE_FIRST_LOOK or not is_usable(first, image):
            return None
        second = self._looker.look(image, first.square)
        believed = second.presence >= self._presence and rules.has_torso(second)
        in_place = is_usable(second, image) and rules.stayed(square, second)
        return second if believed and in_place else None


def is_usable(pose: Pose, image: Image) -> bool:
    """Whether somebody is still large enough and in the image, to be looked at again."""
    return rules.usable(pose, (image.shape[1], image.shape[0]))


def _unseen(poses: Iterator[Pose], known: list[Pose]) -> list[Pose]:
    """Poses that neither repeat nor lie within those known, nor one another; best first."""
    new: list[Pose] = []
    for pose in poses:
        if not any(rules.same_person(pose, other) for other in known + new):
            new.append(pose)
    return [pose for pose in new if not any(rules.part_of(pose, other) for other in known + new)]
