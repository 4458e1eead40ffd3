"""The people of one frame as arrays, and what follows from them: boxes, and who is who."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array, area
from framework.skeletons import Skeleton
from framework.types import Detections, Floats

_SAME_POSE = 0.75
"""Object keypoint similarity from which two poses are of one person."""

_MARGIN = 0.125
"""Body around the joints on each side, as a share of their extent."""

_MIN_SIDE_PX = 8.0
"""A person whose box has fewer pixels in the frame has left it."""

_DEFAULT_SIGMA = 0.079
"""COCO's annotator spread of a typical joint, for skeletons that state none."""


@dataclass(frozen=True, slots=True)
class People:
    """The people of one frame.

    Attributes:
        numbers: (N,) int64, unique within a clip; not an identity, for under overlap a number may
            pass from one person to another.
        boxes: (N, 5) x1 y1 x2 y2 in pixels, and the score of the person detector when it last
            found them.
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

    def detections(
        self,
        skeleton: Skeleton,
        score_threshold: float,
        *,
        hint_ids: NDArray[np.int64] | None = None,
        keypoints_3d: Floats | None = None,
    ) -> Detections:
        """The people as a detector returns them.

        Args:
            skeleton: of the keypoints.
            score_threshold: keypoint score from which a joint counts as seen.
            hint_ids: (N,), see `Detections`.
            keypoints_3d: (N, J, 3), see `Detections`.
        """
        if not len(self):
            return Detections.empty(skeleton, score_threshold)
        return Detections(
            skeleton=skeleton,
            boxes=self.boxes[:, :4].astype(np.float32),
            box_scores=self.boxes[:, 4].clip(0, 1).astype(np.float32),
            keypoints=self.keypoints.astype(np.float32),
            keypoint_scores=self.scores.astype(np.float32),
            score_threshold=score_threshold,
            hint_ids=hint_ids,
            keypoints_3d=keypoints_3d,
        )


def boxes_around(people: People, score_threshold: float) -> Array:
    """(N, 5) boxes of the joints seen, with a margin; box scores are kept."""
    if not len(people):
        return people.boxes
    seen = (people.scores >= score_threshold)[..., None] & np.isfinite(people.keypoints)
    # Joints that are not seen cannot be the least or the greatest.
    low = np.where(seen, people.keypoints, np.inf).min(1)
    high = np.where(seen, people.keypoints, -np.inf).max(1)
    margin = _MARGIN * (high - low)
    return np.column_stack([low - margin, high + margin, people.boxes[:, 4]])


def within(people: People, boxes: Array, size_wh: tuple[int, int]) -> People:
    """The people with these boxes (N, 5) clipped to the frame, without those who have left it."""
    boxes = np.column_stack([boxes[:, :4].clip(0, [*size_wh, *size_wh]), boxes[:, 4]])
    people = People(people.numbers, boxes, people.keypoints, people.scores)
    return people.take(np.flatnonzero((boxes[:, 2:4] - boxes[:, :2]).min(1) >= _MIN_SIDE_PX))


def without_repeats(people: People, skeleton: Skeleton) -> NDArray[np.int64]:
    """Indices of people whose pose does not repeat that of an earlier one.

    Two people who touch may both end up with the pose of one of them; the first in order, who
    was followed longest, is kept.
    """
    kept: list[int] = []
    for row in range(len(people)):
        earlier = people.take(np.array(kept, np.int64))
        if pose_similarity(earlier, people, row, skeleton).max(initial=0) < _SAME_POSE:
            kept.append(row)
    return np.array(kept, np.int64)


def pose_similarity(some: People, people: People, row: int, skeleton: Skeleton) -> Array:
    """(M,) object keypoint similarity of people ``some`` to the one at ``row`` of ``people``.

    As COCO defines it (cocodataset.org, "Keypoint Evaluation"), with the area of the smaller box
    as the object's, over the joints that both have. COCO's constant is twice the annotator spread.
    """
    size = np.minimum(area(some.boxes[:, :4]), area(people.boxes[row, :4]))
    spread = 2 * np.array(skeleton.keypoint_sigmas or [_DEFAULT_SIGMA] * len(skeleton.joints))
    # (M, J); NaN where either person lacks the joint.
    squares = ((some.keypoints - people.keypoints[row]) ** 2).sum(-1)
    # The area replaces COCO's object area; at least one pixel, for people of no size.
    alike = np.exp(-squares / (2 * np.maximum(size, 1)[:, None] * spread**2))
    # The mean over joints that both have; 0 where there are none.
    similarity: Array = np.nansum(alike, 1) / np.maximum(np.isfinite(alike).sum(1), 1)
    return similarity
