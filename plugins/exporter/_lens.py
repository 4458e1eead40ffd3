"""The lens with which a result was computed."""

from __future__ import annotations

from typing import NamedTuple

from framework.focal import focal_length
from framework.types import RunResult


class Lens(NamedTuple):
    """Focal length in pixels of the frame, and its source: setting, file or default."""

    focal_px: float
    source: str


def lens_of(result: RunResult) -> Lens:
    """The focal length that the refiners and the lifter used, else that of the file or the default.

    Stages name their own in ``meta["focal_length"]``; the last one that has one placed the people.
    """
    used = list(result.meta.get("focal_length", {}).values())
    if used:
        longer_sides, source = float(used[-1]["longer_sides"]), str(used[-1]["source"])
    else:
        focal = focal_length(None, result.video)
        longer_sides, source = focal.longer_sides, focal.source
    return Lens(longer_sides * max(result.video.size_wh), source)
