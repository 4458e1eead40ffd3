"""What a file says of the lens that it was filmed through."""

from __future__ import annotations

import re
from collections.abc import Mapping

from framework.focal import from_film, is_possible

EQUIVALENT = "com.apple.quicktime.camera.focal_length.35mm_equivalent"
"""The one key for it that phones are known to write: those of Apple do, Android's do not."""
_NUMBER = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:mm)?\s*", re.IGNORECASE)


def focal_of(
    metadata: Mapping[str, str], size_wh: tuple[int, int]
) -> tuple[float | None, tuple[str, ...]]:
    """Find the focal length in the metadata of a file.

    Args:
        metadata: by key; upper and lower case are alike, as Matroska changes it.
        size_wh: of the picture, in square pixels.

    Returns:
        Longer sides of the picture, None where the file does not say; and what to tell the user
        when it says what cannot be.
    """
    said = {key.lower(): value for key, value in metadata.items()}.get(EQUIVALENT)
    if said is None:
        return None, ()
    number = _NUMBER.fullmatch(said)
    focal = from_film(float(number[1]) if number else 0.0, size_wh)
    if not is_possible(focal):
        return None, (
            f"the file gives its focal length on 35 mm film as {said[:20]!r}, which no lens has: "
            "not used",
        )
    return focal, ()
