"""Builds the `Track` of one person from its rows; trackers share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from framework.types import Detections, State, Track

Scalar = TypeVar("Scalar", bound=np.generic)


def track_of(
    number: int, frames: Sequence[tuple[int, float]], seen: Mapping[int, Detections]
) -> Track:
    """Return the track of one person; rows in which the person was not seen are missing.

    Args:
        number: the track's id.
        frames: ``index`` and ``time_s`` of every `Tracker.update` of the clip, in order.
        seen: by row, the person alone: ``detections.take([n])``.

    Raises:
        ValueError: there is no row with the person, or a row holds several people.
    """
    people = list(seen.values())
    if not people or any(len(each) != 1 for each in people):
        raise ValueError(f"track {number} needs one person in each row seen, and at least one row")
    rows, first = list(seen), people[0]

    def spread(values: Sequence[NDArray[Scalar]], blank: float) -> NDArray[Scalar]:
        # (T, ...) from the rows seen, (1, ...) each.
        full = np.full((len(frames), *values[0].shape[1:]), blank, values[0].dtype)
        full[rows] = np.concatenate(values)
        return full

    own_3d = [each.keypoints_3d for each in people if each.keypoints_3d is not None]
    return Track(
        id=number,
        skeleton=first.skeleton,
        frame_index=np.array([index for index, _ in frames], np.int64),
        time_s=np.array([time_s for _, time_s in frames], np.float64),
        boxes=spread([each.boxes for each in people], np.nan),
        keypoints=spread([each.keypoints for each in people], np.nan),
        keypoint_scores=spread([each.keypoint_scores for each in people], 0),
        state=spread([np.full(1, State.OBSERVED, np.uint8)] * len(people), State.MISSING),
        complete=spread([each.complete for each in people], False),
        score_threshold=first.score_threshold,
        keypoints_3d=spread(own_3d, np.nan) if len(own_3d) == len(people) else None,
    )
