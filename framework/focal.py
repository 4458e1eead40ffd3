"""The focal length of a clip: as it is set, else as the file says, else that of usual cameras.

Everywhere in longer sides of the picture: that stays what it is when a picture is scaled or turned
by a quarter, and one number is meant by one number, however many pixels there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from framework.errors import ConfigurationError

if TYPE_CHECKING:  # configs import this module, and --help imports configs; NumPy can wait
    from framework.types import VideoInfo

FOCAL = 0.95
"""Focal length of a camera that nobody knows, in longer sides of its picture.

Phones have 0.75 to 0.85, webcams 0.8 to 0.9, camcorders and laboratories up to 1.2: in the middle
of these, distances are at most a quarter off.
"""
FILM_MM = (36.0, 24.0)
"""Width and height of a picture on 35 mm film."""
SHORTEST, LONGEST = 0.2, 30.0
"""Of lenses, in longer sides: from where only fisheyes are, 8 mm on film, to a telescope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FocalLength:
    """A focal length, and who says so.

    Attributes:
        longer_sides: in longer sides of the picture.
        source: a setting, the file's metadata, or nobody (`FOCAL`).
    """

    longer_sides: float
    source: Literal["setting", "file", "default"]


def focal_length(setting: float | None, video: VideoInfo) -> FocalLength:
    """Decide which focal length holds; every stage that needs one asks here.

    Args:
        setting: what the user says in longer sides, or None.
        video: of the clip.
    """
    if setting is not None:
        return FocalLength(longer_sides=setting, source="setting")
    if video.focal is not None:
        return FocalLength(longer_sides=video.focal, source="file")
    return FocalLength(longer_sides=FOCAL, source="default")


def is_possible(longer_sides: float) -> bool:
    """Whether there are lenses of such a focal length."""
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


def from_film(equivalent_mm: float, size_wh: tuple[int, int]) -> float:
    """Longer sides of a picture from the focal length that shows as much on 35 mm film.

    "As much" is the angle over the diagonal (CIPA DCG-001, 2005: 43.27 mm on film), so that the
    shape of the picture counts: the same number is a wider view in a square than in a strip.

    Args:
        equivalent_mm: focal length as on 35 mm film.
        size_wh: of the picture, in square pixels.
    """
    return equivalent_mm / math.hypot(*FILM_MM) * math.hypot(*size_wh) / max(size_wh)
