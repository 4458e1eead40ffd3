"""The focal length from the metadata of a video file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from framework.focal import from_35mm_equivalent, is_possible

EQUIVALENT = "com.apple.quicktime.camera.focal_length.35mm_equivalent"
"""The only key for it that phones are known to write: Apple's do, Android's do not."""
_NUMBER = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:mm)?\s*", re.IGNORECASE)


def focal_from_metadata(
    metadata: Mapping[str, str], size_wh: tuple[int, int]
) -> tuple[float | None, tuple[str, ...]]:
    """Find the focal length in the metadata of a file.

    Args:
        metadata: by key; upper and lower case are alike, as Matroska changes it.
        size_wh: of the frame, in square pixels.

    Returns:
        The focal length in longer sides of the frame, None where the file does not state it; and
        notes for the user when it states an impossible one.
    """
    stated = {key.lower(): value for key, value in metadata.items()}.get(EQUIVALENT)
    if stated is None:
        return None, ()
    number = _NUMBER.fullmatch(stated)
    focal = from_35mm_equivalent(float(number[1]) if number else 0.0, size_wh)
    if not is_possible(focal):
        return None, (
            f"the file gives its focal length on 35 mm film as {stated[:20]!r}, "
            "which no lens can have: not used",
        )
    return focal, ()
