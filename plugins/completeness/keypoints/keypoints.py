"""Complete is who shows all required joints inside the frame."""

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

        A joint at NaN is not seen, whatever its score.

        Raises:
            ConfigurationError: a required joint is not in the detections' skeleton.
        """
        joints = self._required(detections.skeleton)
        points = detections.keypoints[:, joints]
        size = np.asarray(image_size_wh, np.float32)
        margin = self._config.margin * size.min()
        inside = ((points >= margin) & (points <= size - margin)).all(-1)
        own = self._config.score_threshold
        threshold = detections.score_threshold if own is None else own
        sure = detections.keypoint_scores[:, joints] >= threshold
        return replace(detections, complete=(inside & sure).all(1))

    def _required(self, skeleton: Skeleton) -> Ints:
        missing = [joint for joint in self._config.joints if joint not in skeleton.joints]
        if missing:
            raise ConfigurationError(
                f"completeness.joints asks for {', '.join(missing)}, "
                f"which skeleton {skeleton.name!r} lacks",
                f"it has {', '.join(skeleton.joints)}",
            )
        return np.array([skeleton.index(joint) for joint in self._config.joints])
