"""All people are complete: for clips that show no whole body, or detectors without scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.stages import CompletenessFilter, Runtime
from framework.types import Detections

from .config import NoCompletenessConfig


class NoCompleteness(CompletenessFilter):
    """Marks all people as complete."""

    def __init__(self, config: NoCompletenessConfig, runtime: Runtime) -> None:
        pass

    def judge(self, detections: Detections, image_size_wh: tuple[int, int]) -> Detections:
        """Return the same people, all of them complete."""
        return replace(detections, complete=np.ones(len(detections), bool))
