"""The focal length of a clip: from a setting, else from metadata, else that of usual cameras.

The unit is always the longer side of the frame. Such a value does not change when frames are scaled
or rotated by 90 degrees, and it is comparable between cameras of any resolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from framework.errors import ConfigurationError

if TYPE_CHECKING:  # configs import this module, and --help imports configs; NumPy can wait
    from framework.types import RunResult, VideoInfo

FOCAL = 0.95
"""Focal length of an unknown camera, in longer sides of its frame.

Phones have 0.75 to 0.85, webcams 0.8 to 0.9, camcorders and laboratories up to 1.2: in the middle
of these, distances are at most a quarter off.
"""
FRAME_35MM_WH_MM = (36.0, 24.0)
"""Width and height of a frame of 35 mm film, millimetres."""
SHORTEST, LONGEST = 0.2, 30.0
"""Limits in longer sides: from fisheye lenses (8 mm on 35 mm film) to telescopes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FocalLength:
    """A focal length, and its source.

    Attributes:
        longer_sides: in longer sides of the frame.
        source: a setting, the file's metadata, or the default (`FOCAL`).
    """

    longer_sides: float
    source: Literal["setting", "file", "default"]


def focal_length(setting: float | None, video: VideoInfo) -> FocalLength:
    """Return the focal length to use; every stage that needs one calls this.

    Args:
        setting: value of the user's option in longer sides, or None.
        video: the clip.
    """
    if setting is not None:
        return FocalLength(longer_sides=setting, source="setting")
    if video.focal is not None:
        return FocalLength(longer_sides=video.focal, source="file")
    return FocalLength(longer_sides=FOCAL, source="default")


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


def is_possible(longer_sides: float) -> bool:
    """Whether a focal length in longer sides is one that real lenses have."""
    return SHORTEST < longer_sides < LONGEST


def check_setting(option: str, setting: float | None) -> None:
    """Raise ConfigurationError when no lens has such a focal length.

    Args:
        option: its name, for the message.
        setting: in longer sides, or None for not set.
    """
    if setting is not None and not is_possible(setting):
        raise ConfigurationError(
            f"{option} is {setting}, which no lens has", "Phones have 0.75 to 0.85."
        )


def from_35mm_equivalent(equivalent_mm: float, size_wh: tuple[int, int]) -> float:
    """Convert a 35 mm equivalent focal length to longer sides of the frame.

    Equivalent means the same angle of view over the diagonal (CIPA DCG-001, 2005: 43.27 mm on
    film), so the aspect ratio matters: by the width, a square frame would be wrong by 18 %.

    Args:
        equivalent_mm: 35 mm equivalent focal length.
        size_wh: of the frame, in square pixels.
    """
    return equivalent_mm / math.hypot(*FRAME_35MM_WH_MM) * math.hypot(*size_wh) / max(size_wh)
