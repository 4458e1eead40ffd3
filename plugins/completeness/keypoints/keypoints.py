"""People are complete when all required joints are inside the frame and few of them hidden.

Two limits, one to become complete and a wider one to stay so (hysteresis, as in a Schmitt
trigger): with one limit a person near it would change from frame to frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from framework.errors import ConfigurationError
from framework.geometry.boxes import Array, area, intersection
from framework.skeletons import Skeleton
from framework.stages import CompletenessFilter, Runtime
from framework.types import Bools, Detections, Floats, Ints, VideoInfo

from .config import KeypointCompletenessConfig

_SAME_PERSON_IOU = 0.5
"""Boxes of consecutive frames that overlap more than this (IoU) belong to one person."""
_NAMED_JOINTS = 3
"""Number of joints that a note names."""


class KeypointCompleteness(CompletenessFilter):
    """Judges each person by itself, with wider limits for one who was complete a frame ago.

    Attributes:
        notes: which joints failed most, if most people so far were not complete.
    """

    def __init__(self, config: KeypointCompletenessConfig, runtime: Runtime) -> None:
        self._config = config
        self._reset()

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._reset()

    def cut(self) -> None:
        """Forget who was complete a frame ago."""
        self._complete_boxes = np.zeros((0, 4), np.float32)

    def _reset(self) -> None:
        self._complete_boxes = np.zeros((0, 4), np.float32)
        self._outside = self._hidden = np.zeros(len(self._config.required), np.int64)
        self._judged = self._failed = 0
        self.notes: Sequence[str] = ()

    def judge(self, detections: Detections, image_size_wh: tuple[int, int]) -> Detections:
        """Return the same people with ``complete`` filled in.

        A joint at NaN is not in the frame, whatever its score; a score of NaN is hidden. A person
        who was complete a frame ago stays so until a joint leaves the frame, margin included, or
        more joints than ``hysteresis`` allows are hidden.

        Args:
            detections: the people of the next frame; keypoints in pixels.
            image_size_wh: width and height of the frame, pixels.

        Raises:
            ConfigurationError: a required joint is not in the detections' skeleton.
        """
        joints, config = self._required(detections.skeleton), self._config
        if not len(detections):
            self._complete_boxes = detections.boxes
            return detections
        points = detections.keypoints[:, joints]
        size = np.asarray(image_size_wh, np.float32)
        was_complete = _overlaps(detections.boxes, self._complete_boxes)
        stays = was_complete & (config.hysteresis > 0)
        margin = np.where(stays, 0, config.margin * size.min())[:, None, None]
        # The edge matters for hidden joints too: a person who is cut off is not complete.
        # Negated comparisons, so that NaN counts as outside, and below as hidden. (N, joints)
        outside = np.asarray(~((points >= margin) & (points <= size - margin)).all(-1))
        own = config.score_threshold
        threshold = detections.score_threshold if own is None else own
        hidden = ~(detections.keypoint_scores[:, joints] >= threshold)
        allowed = config.max_hidden + config.hysteresis * stays
        complete = ~outside.any(1) & (hidden.mean(1) <= allowed)
        self._complete_boxes = detections.boxes[complete]
        missing = np.isnan(points).any(-1)
        self._count(complete, outside & ~missing, hidden | missing)
        return replace(detections, complete=complete)

    def _count(self, complete: Bools, outside: Bools, hidden: Bools) -> None:
        """Count failed joints of incomplete people; one both outside and hidden is outside."""
        fails = ~complete
        self._outside = self._outside + outside[fails].sum(0)
        self._hidden = self._hidden + (hidden & ~outside)[fails].sum(0)
        self._judged += len(complete)
        self._failed += int(fails.sum())
        self.notes = [self._summary()] if 2 * self._failed > self._judged else ()

    def _summary(self) -> str:
        """Which joints failed most."""
        failures = self._outside + self._hidden
        worst = np.argsort(-failures, kind="stable")[:_NAMED_JOINTS]
        parts = [
            f"{self._config.required[joint]} ({self._outside[joint] / self._failed:.0%} outside, "
            f"{self._hidden[joint] / self._failed:.0%} hidden)"
            for joint in worst[failures[worst] > 0].tolist()
        ]
        return (
            f"{self._failed} of {self._judged} people in frames were not complete; "
            f"joints that failed most: {', '.join(parts)}"
        )

    def _required(self, skeleton: Skeleton) -> Ints:
        required = self._config.required
        missing = [joint for joint in required if joint not in skeleton.joints]
        if missing:
            raise ConfigurationError(
                f"completeness.joints asks for {', '.join(missing)}, "
                f"which skeleton {skeleton.name!r} lacks",
                f"it has {', '.join(skeleton.joints)}",
            )
        return np.array([skeleton.index(joint) for joint in required])


def _overlaps(boxes: Floats, others: Floats) -> Bools:
    """(N,) whether a box (N, 4) overlaps one of the others (M, 4) by `_SAME_PERSON_IOU`."""
    # Not `iou`: this comparison without a division is exact in float32, at equality too.
    one, two = cast(Array, boxes)[:, None], cast(Array, others)[None]
    shared = intersection(one, two)
    return np.asarray((shared > _SAME_PERSON_IOU * (area(one) + area(two) - shared)).any(1))
