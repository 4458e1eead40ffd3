"""Complete is who has all required joints inside the frame, and shows all but a few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.errors import ConfigurationError
from framework.skeletons import Skeleton
from framework.stages import CompletenessFilter, Runtime
from framework.types import Bools, Detections, Floats, Ints, VideoInfo

from .config import KeypointsConfig

_SAME = 0.5
"""Overlap (intersection over union) of boxes in two frames that makes them one person."""
_NAMED = 3
"""Joints that a note names."""


class Keypoints(CompletenessFilter):
    """Judges each person by itself, more kindly when it was complete a frame ago.

    Attributes:
        notes: which joints failed most, if most people were not complete.
    """

    def __init__(self, config: KeypointsConfig, runtime: Runtime) -> None:
        self._config = config
        self._forget()

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget()

    def _forget(self) -> None:
        self._complete_boxes = np.zeros((0, 4), np.float32)
        self._outside = self._hidden = np.zeros(len(self._config.required), np.int64)
        self._judged = self._failed = 0

    def judge(self, detections: Detections, image_size_wh: tuple[int, int]) -> Detections:
        """Return the same people with ``complete`` filled in.

        A joint at NaN is not in the frame, whatever its score; a score of NaN is hidden. Who was
        complete a frame ago stays so until a joint leaves the frame itself, the margin included,
        or a few more joints hide: so nobody flickers who is near a limit.

        Raises:
            ConfigurationError: a required joint is not in the detections' skeleton.
        """
        joints, config = self._required(detections.skeleton), self._config
        points = detections.keypoints[:, joints]
        size = np.asarray(image_size_wh, np.float32)
        before = _overlaps(detections.boxes, self._complete_boxes)
        stays = before & (config.hysteresis > 0)
        margin = np.where(stays, 0, config.margin * size.min())[:, None, None]
        # The edge is for all joints, also the hidden ones: who is cut off is not complete.
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

    @property
    def notes(self) -> list[str]:
        """One sentence, or none while at least half of all people and frames were complete."""
        if 2 * self._failed <= self._judged:
            return []
        failures = self._outside + self._hidden
        worst = np.argsort(-failures, kind="stable")[:_NAMED]
        parts = [
            f"{self._config.required[joint]} ({self._outside[joint] / self._failed:.0%} outside, "
            f"{self._hidden[joint] / self._failed:.0%} hidden)"
            for joint in worst[failures[worst] > 0].tolist()
        ]
        return [
            f"{self._failed} of {self._judged} people in frames were not complete; "
            f"joints that failed most: {', '.join(parts)}"
        ]

    def _count(self, complete: Bools, outside: Bools, hidden: Bools) -> None:
        """Remember which joints of incomplete people failed; outside goes before hidden."""
        fails = ~complete
        self._outside = self._outside + outside[fails].sum(0)
        self._hidden = self._hidden + (hidden & ~outside)[fails].sum(0)
        self._judged += len(complete)
        self._failed += int(fails.sum())

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
    """(N,) whether a box (N, 4) is nearly where one of the others (M, 4) is."""
    low = np.maximum(boxes[:, None, :2], others[:, :2])
    high = np.minimum(boxes[:, None, 2:], others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    one, two = ((each[:, 2:] - each[:, :2]).prod(-1) for each in (boxes, others))
    return np.asarray((shared > _SAME * (one[:, None] + two - shared)).any(1))
