"""Whoever is tall enough is complete."""

from __future__ import annotations

from dataclasses import replace

from framework.stages import CompletenessFilter, Runtime
from framework.types import Detections

from .config import TallConfig


class Tall(CompletenessFilter):
    """Judges by the box alone."""

    def __init__(self, config: TallConfig, runtime: Runtime) -> None:
        self._height = config.height

    def judge(self, detections: Detections, image_size_wh: tuple[int, int]) -> Detections:
        """Return the same people with ``complete`` filled in."""
        heights = detections.boxes[:, 3] - detections.boxes[:, 1]
        return replace(detections, complete=heights >= self._height * image_size_wh[1])
