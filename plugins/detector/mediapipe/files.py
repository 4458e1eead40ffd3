"""Google's bundles of person detector and landmark network; it publishes no digests."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._inference.sources import url

_HOME = "https://storage.googleapis.com/mediapipe-models/pose_landmarker"

BUNDLES = {
    model: WeightsEntry(
        name=f"pose_landmarker_{model}",
        filename=f"pose_landmarker_{model}.task",
        size=0,
        sha256="",
        licence="Apache-2.0",
        sources=(url(f"{_HOME}/pose_landmarker_{model}/float16/1/pose_landmarker_{model}.task"),),
    )
    for model in ("lite", "full", "heavy")
}
