"""Searching for people now and then, and following them by their keypoints in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array, area, iou
from framework.skeletons import Skeleton
from framework.types import FrameBatch, Image

from .config import TopDownConfig
from .persons import PersonFinder

_CLOCK_SLACK_S = 1e-3
"""Times are sums of frame durations; an even multiple of them must count as due."""

_SAME_BOX = 0.4
"""IoU from which a box found is that of somebody followed."""

_SAME_POSE = 0.75
"""Object keypoint similarity from which two have come to follow the same person."""

_MARGIN = 0.125
"""Flesh around the joints on each side, as a share of their extent."""

_MIN_JOINTS, _MIN_SIDE_PX = 3, 8.0


class PoseModel(Protocol):
    """Whatever sees the keypoints of the people in given boxes.

    Attributes:
        skeleton: of the keypoints.
        device: where it runs, "cpu" or "cuda".
    """

    skeleton: Skeleton
    device: str

    def poses(
        self, images: Sequence[Image], boxes: Sequence[Array]
    ) -> Sequence[tuple[Array, Array]]:
        """Return keypoints (N, J, 2) and scores (N, J) for the boxes (N, 4) of each image.

        Pixels of the image, from the outer corner of its first pixel; NaN with score 0 where
        the model says nothing. An image without boxes is answered by N = 0.

        Raises:
            StageError: inference failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class People:
    """The people of one frame.

    Attributes:
        numbers: (N,) int64, unique within a clip; not an identity, for under overlap a number may
            pass from one person to another.
        boxes: (N, 5) x1 y1 x2 y2 in pixels, and the score of the person detector when it last
            saw them.
        keypoints: (N, J, 2) pixels.
        scores: (N, J).
    """

    numbers: NDArray[np.int64]
    boxes: Array
    keypoints: Array
    scores: Array

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> People:
        """The people that an index array or a mask selects."""
        return People(*(getattr(self, one.name)[rows] for one in fields(self)))


class Follower:
    """Everybody in view, from frame to frame.

    Args:
        model: sees keypoints.
        finder: finds people.
        config: how often to search, how many to follow, and whom to believe in.
    """

    def __init__(self, model: PoseModel, finder: PersonFinder, config: TopDownConfig) -> None:
        self._model = model
        self._finder = finder
        self._config = config
        self.forget()

    def forget(self) -> None:
        """Begin a new clip."""
        self._followed: tuple[Array, NDArray[np.int64]] = np.zeros((0, 5)), np.zeros(0, np.int64)
        self._numbers = 0
        self._search_due_s = -np.inf

    def watch(self, frames: FrameBatch) -> list[People]:
        """Search every frame by itself and follow nobody; numbers count within a frame."""
        found = [some[: self._config.max_people] for some in self._finder.boxes(frames)]
        poses = self._model.poses(list(frames.images), [some[:, :4] for some in found])
        seen = []
        for boxes, (keypoints, scores) in zip(found, poses, strict=True):
            people = People(np.arange(len(boxes)), boxes, keypoints, scores)
            people = people.take(self._is_there(people))
            seen.append(within(people, people.boxes, frames.size_wh))
        return seen

    def follow(self, frame: FrameBatch) -> People:
        """Return the people of the next frame, those followed longest first.

        Args:
            frame: one frame; times rise from call to call, and searches keep to them.
        """
        boxes, numbers = self._followed
        time_s = float(frame.time_s[0])
        if time_s >= self._search_due_s:
            self._search_due_s = time_s + self._config.redetect_s - _CLOCK_SLACK_S
            boxes, numbers = self._search(frame)
        image = frame.images[0]
        ((keypoints, scores),) = self._model.poses([image], [boxes[:, :4]])
        people = People(numbers, boxes, keypoints, scores)
        people = people.take(self._is_there(people))
        around = boxes_around(people, self._config.score_threshold)
        people = within(people, around, frame.size_wh)
        people = people.take(first_of_doubles(people, self._model.skeleton))
        if not np.isin(self._followed[1], people.numbers).all():
            self._search_due_s = -np.inf  # somebody was lost: search the next frame
        self._followed = people.boxes, people.numbers
        return people

    def _search(self, frame: FrameBatch) -> tuple[Array, NDArray[np.int64]]:
        """Boxes and numbers of those followed, where they were found again, and of newcomers."""
        boxes, numbers = self._followed[0].copy(), self._followed[1]
        (found,) = self._finder.boxes(frame)
        free = np.ones(len(boxes), bool)
        new = []
        for box in found:
            overlap = np.where(free, iou(box[:4], boxes[:, :4]), 0)
            if overlap.max(initial=0) >= _SAME_BOX:
                boxes[overlap.argmax()] = box
                free[overlap.argmax()] = False
            elif iou(box[:4], boxes[:, :4]).max(initial=0) < _SAME_BOX:
                new.append(box)
        new = new[: max(0, self._config.max_people - len(boxes))]
        self._numbers += len(new)
        fresh = np.arange(self._numbers - len(new), self._numbers)
        boxes = np.concatenate([boxes, np.array(new).reshape(-1, 5)])
        return boxes, np.concatenate([numbers, fresh])

    def _is_there(self, people: People) -> NDArray[np.bool_]:
        """(N,) bool: enough joints are seen well enough."""
        if not len(people):
            return np.zeros(0, bool)
        seen = people.scores >= self._config.score_threshold
        seen &= np.isfinite(people.keypoints).all(-1)
        better = -np.sort(-people.scores, 1)[:, : (people.scores.shape[1] + 1) // 2]
        sure = better.mean(1) >= self._config.pose_threshold
        return np.asarray(sure & (seen.sum(1) >= _MIN_JOINTS))


def boxes_around(people: People, score_threshold: float) -> Array:
    """(N, 5) boxes of the joints seen, with a margin; the scores stay."""
    if not len(people):
        return people.boxes
    seen = (people.scores >= score_threshold)[..., None] & np.isfinite(people.keypoints)
    low = np.where(seen, people.keypoints, np.inf).min(1)
    high = np.where(seen, people.keypoints, -np.inf).max(1)
    margin = _MARGIN * (high - low)
    return np.column_stack([low - margin, high + margin, people.boxes[:, 4]])


def within(people: People, boxes: Array, size_wh: tuple[int, int]) -> People:
    """The people with these boxes (N, 5) clipped to the frame, without those who have left it."""
    boxes = np.column_stack([boxes[:, :4].clip(0, [*size_wh, *size_wh]), boxes[:, 4]])
    people = People(people.numbers, boxes, people.keypoints, people.scores)
    return people.take(np.flatnonzero((boxes[:, 2:4] - boxes[:, :2]).min(1) >= _MIN_SIDE_PX))


def first_of_doubles(people: People, skeleton: Skeleton) -> NDArray[np.int64]:
    """Indices of those who are not where an earlier one is: the one followed longest stays."""
    kept: list[int] = []
    for row in range(len(people)):
        alike = pose_similarity(people.take(np.array(kept, np.int64)), people, row, skeleton)
        if alike.max(initial=0) < _SAME_POSE:
            kept.append(row)
    return np.array(kept, np.int64)


def pose_similarity(some: People, people: People, row: int, skeleton: Skeleton) -> Array:
    """(M,) object keypoint similarity, as COCO defines it, of people to one of ``people``.

    Over the joints that both have, at the size of the smaller box.
    """
    size = np.minimum(area(some.boxes[:, :4]), area(people.boxes[row, :4]))
    spread = 2 * np.array(skeleton.keypoint_sigmas or [0.079] * len(skeleton.joints))
    apart = ((some.keypoints - people.keypoints[row]) ** 2).sum(-1)
    alike = np.exp(-apart / (2 * np.maximum(size, 1)[:, None] * spread**2))
    similarity: Array = np.nansum(alike, 1) / np.maximum(np.isfinite(alike).sum(1), 1)
    return similarity
