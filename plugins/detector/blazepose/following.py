"""Searching for people at intervals, and following them by their landmarks in between.

The landmarks of one frame give the square in which the next frame is searched (BlazePose, arXiv
2006.10204), so that the person detector need not run on every frame. Its searches keep to the clock
of the clip: counted in frames, a clip of 5 frames a second would wait seconds for a new person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from framework.types import Image

from .._blazepose import rules
from .._blazepose.landmarks import PoseLandmarks
from .._blazepose.new_people import (
    CandidateDetector,
    NewPersonSearch,
    PoseEstimator,
    Search,
    can_be_followed,
)
from .config import BlazePoseConfig
from .limbs import LimbCorrector, LimbState

_CLOCK_SLACK_S = 1e-3
"""Times are sums of frame durations; an even multiple of them must count as due."""


@dataclass(frozen=True, slots=True)
class FollowedPerson:
    """A person who is followed.

    Attributes:
        number: unique within a clip; not an identity, for under overlap it may pass from one
            person to another.
        pose: BlazePose's, in the newest frame; it gives the square of the next.
        corrected: the same with corrected limb joints.
        limbs: what the correction keeps for the next frame; None without one.
    """

    number: int
    pose: PoseLandmarks
    corrected: PoseLandmarks
    limbs: LimbState | None = None


class BlazePoseFollower:
    """The people in view, from frame to frame.

    Args:
        estimator: the landmark network.
        detector: proposes where new people may be.
        config: how often to search, how many to follow, and which presence is needed.
        corrector: of limb joints, or None.
    """

    def __init__(
        self,
        estimator: PoseEstimator,
        detector: CandidateDetector,
        config: BlazePoseConfig,
        corrector: LimbCorrector | None = None,
    ) -> None:
        self._estimator = estimator
        self._corrector = corrector
        self._search = NewPersonSearch(estimator, detector, config.presence_new)
        self._config = config
        self.forget()

    def forget(self) -> None:
        """Begin a new clip."""
        self._people: list[FollowedPerson] = []
        self._numbers = 0
        self._search_due_s = -np.inf

    def update(self, image: Image, time_s: float) -> list[FollowedPerson]:
        """Return the people of the next frame, those followed longest first.

        Args:
            image: (H, W, 3) RGB.
            time_s: rises from call to call.

        Raises:
            StageError: inference failed.
        """
        known = len(self._people)
        # Those followed first: a search must not propose them again.
        followed = list(self._follow(image))
        states = {person.number: person.limbs for person in self._people}
        due = time_s >= self._search_due_s
        if due:
            self._search_due_s = time_s + self._config.redetect_s - _CLOCK_SLACK_S
        people = _without_repeats(followed)
        # A lost person is usually still there, so the next search does not wait. Only the whole
        # frame is searched then, not its tiles, to keep frames with losses fast.
        if due or len(followed) < known:
            people += self._new_people(image, people, _search(due, people))
        self._people = [
            self._corrected(image, time_s, person, states.get(person.number)) for person in people
        ]
        return self._people

    def _corrected(
        self, image: Image, time_s: float, person: FollowedPerson, last: LimbState | None
    ) -> FollowedPerson:
        if self._corrector is None:
            return person
        corrected, limbs = self._corrector.correct(image, time_s, person.pose, last)
        return replace(person, corrected=corrected, limbs=limbs)

    def _follow(self, image: Image) -> Iterator[FollowedPerson]:
        for person in self._people:
            pose = self._estimator.estimate(image, person.pose.square)
            is_there = pose.presence >= self._config.presence_followed
            if is_there and can_be_followed(pose, image):
                yield FollowedPerson(person.number, pose, pose)

    def _new_people(
        self, image: Image, people: list[FollowedPerson], search: Search
    ) -> list[FollowedPerson]:
        limit = self._config.max_people - len(people)
        if limit <= 0:
            return []
        known = [person.pose for person in people]
        new = self._search.find(image, known, limit, search)
        self._numbers += len(new)
        numbers = range(self._numbers - len(new), self._numbers)
        return [
            FollowedPerson(number, pose, pose) for number, pose in zip(numbers, new, strict=True)
        ]


def _search(due: bool, people: list[FollowedPerson]) -> Search:
    """How much to search: a lost person is still there mostly, and others came since mostly not."""
    if not due:
        return Search.fast
    return Search.usual if people else Search.thorough


def _without_repeats(people: list[FollowedPerson]) -> list[FollowedPerson]:
    """Where two numbers follow the same person, the older one is kept."""
    kept: list[FollowedPerson] = []
    for person in people:
        if not any(rules.same_person(person.pose, other.pose) for other in kept):
            kept.append(person)
    return kept
