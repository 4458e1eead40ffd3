"""Searching for people at intervals, and following them by their keypoints in between.

A person detector costs more than the pose of a few people, and people move little from frame to
frame. So the pose model gets, for the next frame, the box around the joints of this one, as in
BlazePose (arXiv 2006.10204); RTMPose (arXiv 2303.07399) calls it skip-frame detection. Without the
searches, new people would never be found, and lost people never again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array, iou
from framework.skeletons import Skeleton
from framework.types import FrameBatch, Image

from .._persons.detectors import PersonDetector
from .config import TopDownConfig
from .people import People, boxes_around, within, without_repeats

_CLOCK_SLACK_S = 1e-3
"""Times are sums of frame durations; an even multiple of them must count as due."""

_SAME_BOX = 0.4
"""IoU from which a detected box is that of a followed person."""

_MIN_JOINTS = 3
"""Fewer joints give no box that could be followed."""


class PoseModel(Protocol):
    """Estimates the keypoints of the people in given boxes.

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

        Keypoints are pixels of the image, from the outer corner of its first pixel; NaN with
        score 0 where the model gives none. The result for an image without boxes has N = 0.

        Raises:
            StageError: inference failed.
        """
        ...


class TopDownFollower:
    """The people in view, from frame to frame.

    Args:
        model: estimates keypoints.
        detector: finds people.
        config: how often to search, how many to follow, and which scores are needed.
    """

    def __init__(self, model: PoseModel, detector: PersonDetector, config: TopDownConfig) -> None:
        self._model = model
        self._detector = detector
        self._config = config
        self.forget()

    def forget(self) -> None:
        """Begin a new clip."""
        self._followed: tuple[Array, NDArray[np.int64]] = np.zeros((0, 5)), np.zeros(0, np.int64)
        self._numbers = 0
        self._search_due_s = -np.inf

    def detect_each(self, frames: FrameBatch) -> list[People]:
        """Search every frame by itself and follow nobody; numbers count within a frame.

        Raises:
            StageError: inference failed.
        """
        boxes_found = [some[: self._config.max_people] for some in self._detector.boxes(frames)]
        poses = self._model.poses(list(frames.images), [some[:, :4] for some in boxes_found])
        result = []
        for boxes, (keypoints, scores) in zip(boxes_found, poses, strict=True):
            people = People(np.arange(len(boxes)), boxes, keypoints, scores)
            people = people.take(self._is_person(people))
            result.append(within(people, people.boxes, frames.size_wh))
        return result

    def follow(self, frame: FrameBatch) -> People:
        """Return the people of the next frame, those followed longest first.

        Args:
            frame: one frame; times rise from call to call, and the intervals between searches are
                measured by them, whatever the frame rate.

        Raises:
            StageError: inference failed.
        """
        boxes, numbers = self._followed
        time_s = float(frame.time_s[0])
        if time_s >= self._search_due_s:
            self._search_due_s = time_s + self._config.redetect_s - _CLOCK_SLACK_S
            boxes, numbers = self._search(frame)
        image = frame.images[0]
        ((keypoints, scores),) = self._model.poses([image], [boxes[:, :4]])
        people = People(numbers, boxes, keypoints, scores)
        people = people.take(self._is_person(people))
        around = boxes_around(people, self._config.score_threshold)
        people = within(people, around, frame.size_wh)
        # Boxes of two people may both drift onto one of them.
        people = people.take(without_repeats(people, self._model.skeleton))
        if not np.isin(self._followed[1], people.numbers).all():
            self._search_due_s = -np.inf  # a person was lost: search the next frame
        self._followed = people.boxes, people.numbers
        return people

    def _search(self, frame: FrameBatch) -> tuple[Array, NDArray[np.int64]]:
        """Boxes and numbers of followed people, where they were found again, and of new people.

        A followed person whom the detector misses keeps the box around their joints: the pose
        model decides whether they are still there.
        """
        boxes, numbers = self._followed[0].copy(), self._followed[1]
        (found,) = self._detector.boxes(frame)
        unmatched = np.ones(len(boxes), bool)
        new = []
        # Best boxes first; each followed person takes at most one, and a second box of the same
        # person is no new person.
        for box in found:
            overlap = np.where(unmatched, iou(box[:4], boxes[:, :4]), 0)
            if overlap.max(initial=0) >= _SAME_BOX:
                boxes[overlap.argmax()] = box
                unmatched[overlap.argmax()] = False
            elif iou(box[:4], boxes[:, :4]).max(initial=0) < _SAME_BOX:
                new.append(box)
        new = new[: max(0, self._config.max_people - len(boxes))]
        self._numbers += len(new)
        new_numbers = np.arange(self._numbers - len(new), self._numbers)
        boxes = np.concatenate([boxes, np.array(new).reshape(-1, 5)])
        return boxes, np.concatenate([numbers, new_numbers])

    def _is_person(self, people: People) -> NDArray[np.bool_]:
        """(N,) bool: enough joints have good scores.

        The mean is over the better half of the joints, so that people who are half hidden count.
        """
        if not len(people):
            return np.zeros(0, bool)
        seen = people.scores >= self._config.score_threshold
        # With a threshold of 0, joints that were not found would count otherwise.
        seen &= np.isfinite(people.keypoints).all(-1)
        # (N, half of J rounded up) the best scores; negated, as NumPy sorts upwards only.
        better = -np.sort(-people.scores, 1)[:, : (people.scores.shape[1] + 1) // 2]
        good = better.mean(1) >= self._config.pose_threshold
        return np.asarray(good & (seen.sum(1) >= _MIN_JOINTS))
