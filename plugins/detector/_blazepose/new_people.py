"""Finding people who are not followed yet: candidates that two landmark estimates confirm.

BlazePose's person detector alone gives many false positives. The landmark network rejects most of
them in the second estimate, whose crop is the square that the first one proposes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import islice
from typing import Protocol

import numpy as np

from framework.geometry.boxes import Array
from framework.types import Image

from . import rules
from .landmarks import PoseLandmarks


class Search(Enum):
    """How much of a frame is searched."""

    fast = "fast"
    usual = "usual"
    thorough = "thorough"


class PoseEstimator(Protocol):
    """Estimates the landmarks of the person in a square."""

    def estimate(self, image: Image, square: Array) -> PoseLandmarks:
        """Return the landmarks of the person within a square (4,) of an RGB image."""
        ...


class CandidateDetector(Protocol):
    """Proposes squares in which a person may be."""

    def squares(self, image: Image, search: Search) -> Array:
        """Return (N, 4) squares, best first."""
        ...


class NewPersonSearch:
    """Searches frames for people and confirms each candidate.

    Args:
        estimator: the landmark network.
        detector: proposes where people may be.
        presence: lowest presence of a candidate that is a person, 0..1.
    """

    def __init__(
        self, estimator: PoseEstimator, detector: CandidateDetector, presence: float
    ) -> None:
        self._estimator = estimator
        self._detector = detector
        self._presence = presence

    def find(
        self,
        image: Image,
        known: list[PoseLandmarks],
        limit: int,
        search: Search = Search.usual,
    ) -> list[PoseLandmarks]:
        """Return the landmarks of people who are not known, best first.

        Args:
            image: (H, W, 3) RGB.
            known: people already followed.
            limit: most to return.
            search: how much of the image is searched.

        Raises:
            StageError: inference failed.
        """
        squares = self._detector.squares(image, search)
        candidates = rules.distinct(squares, np.array([pose.square for pose in known]))
        # Lazily, so that no estimates are made beyond the limit.
        confirmed = (self._confirm(image, square) for square in candidates)
        return list(islice(_new_among((pose for pose in confirmed if pose), known), limit))

    def _confirm(self, image: Image, square: Array) -> PoseLandmarks | None:
        """Landmarks of a candidate, estimated again from the square that they propose."""
        first = self._estimator.estimate(image, square)
        if first.presence < rules.FIRST_PRESENCE or not can_be_followed(first, image):
            return None
        second = self._estimator.estimate(image, first.square)
        is_person = second.presence >= self._presence and rules.has_torso(second)
        in_place = can_be_followed(second, image) and rules.agrees_with(square, second)
        return second if is_person and in_place else None


def can_be_followed(pose: PoseLandmarks, image: Image) -> bool:
    """Whether a person is large enough and in the image, so that the next frame can be searched."""
    return rules.is_usable(pose, (image.shape[1], image.shape[0]))


def _new_among(poses: Iterator[PoseLandmarks], known: list[PoseLandmarks]) -> list[PoseLandmarks]:
    """Poses that neither repeat nor lie within those known, nor one another; best first."""
    new: list[PoseLandmarks] = []
    for pose in poses:
        if not any(rules.same_person(pose, other) for other in known + new):
            new.append(pose)
    # A part may be found before the whole person, so this needs all new people.
    return [pose for pose in new if not any(rules.is_part_of(pose, other) for other in known + new)]
