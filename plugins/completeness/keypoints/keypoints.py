"""Complete is who has all required joints inside the frame, and shows all but a few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.errors import ConfigurationError
from framework.skeletons import Skeleton
from framework.stages import CompletenessFilter, Runtime
from framework.types import Detections, Ints

from .config import KeypointsConfig


class Keypoints(CompletenessFilter):
    """Judges each person and frame by itself."""

    def __init__(self, config: KeypointsConfig, runtime: Runtime) -> None:
        self._config = config

    def judge(self, detections: Detections, image_size_wh: tuple[int, int]) -> Detections:
        """Return the same people with ``complete`` filled in.

        A joint at NaN is not in the frame, whatever its score; a score of NaN is hidden.

        Raises:
            ConfigurationError: a required joint is not in the detections' skeleton.
        """
        joints = self._required(detections.skeleton)
        points = detections.keypoints[:, joints]
        size = np.asarray(image_size_wh, np.float32)
        margin = self._config.margin * size.min()
        # The edge is for all joints, also the hidden ones: who is cut off is not complete.
        inside = ((points >= margin) & (points <= size - margin)).all(-1)
        own = self._config.score_threshold
        threshold = detections.score_threshold if own is None else own
        hidden = (~(detections.keypoint_scores[:, joints] >= threshold)).mean(1)
        complete = inside.all(1) & (hidden <= self._config.max_hidden)
        return replace(detections, complete=complete)

    def _required(self, skeleton: Skeleton) -> Ints:
        missing = [joint for joint in self._config.joints if joint not in skeleton.joints]
        if missing:
            raise ConfigurationError(
                f"completeness.joints asks for {', '.join(missing)}, "
                f"which skeleton {skeleton.name!r} lacks",
                f"it has {', '.join(skeleton.joints)}",
            )
        return np.array([skeleton.index(joint) for joint in self._config.joints])
