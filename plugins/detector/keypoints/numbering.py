"""Which frame of the clip each image is.

Tools leave images without people out of their files. Taken by their order, all later frames would
be too early; the number in the name keeps the gap at its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .config import FrameNumbering
from .parsed import ImageName

_SPARSE = 1000
"""Frames per image with people from which numbers are taken not to be frames (COCO's image ids)."""

_MOST = 10_000_000
"""Most frames of a clip; two days at 50 frames per second."""

_LONGEST_GAP = 100_000
"""Frames without anybody from which the number after them is taken for a mistake: more than an
hour."""

_NAME = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?:_keypoints)?(?:\.[A-Za-z][A-Za-z0-9]{0,4})?")


def frame_numbers(images: Sequence[ImageName], how: FrameNumbering, first: int) -> list[int] | None:
    """Return (F,) the frame of each image by the number in its name; None: by their order.

    Args:
        images: names such as ``12.jpg`` or ``clip_000012_keypoints.json``, or numbers.
        how: by number or by order.
        first: the number of the first frame.

    Raises:
        ValueError: numbers are required, or there are some, but they cannot be frames.
    """
    if how is FrameNumbering.order:
        return None
    numbers = _numbers(images)
    if numbers is None:
        if how is FrameNumbering.number:
            raise ValueError(f"its images have no number in their names ({images[0]!r:.60})")
        return None
    low, high = min(numbers, default=first), max(numbers, default=first)
    if low < first:
        raise ValueError(f"an image has the number {low}, before detector.first_number={first}")
    if len(set(numbers)) < len(numbers):
        raise ValueError("two images have the same number: they are not frames of one clip")
    if high - first >= _MOST or (how is FrameNumbering.auto and _scattered(numbers, first)):
        raise ValueError(
            f"its {len(numbers)} images have numbers from {low} to {high}, hardly those of "
            "frames: give detector.first_number=N, detector.frames=order, or =number if they are"
        )
    return [number - first for number in numbers]


def _scattered(numbers: Sequence[int], first: int) -> bool:
    """Whether there are too few images for such numbers, as with COCO's six-digit image ids."""
    ordered = sorted((first, *numbers))
    gap = max((after - before for before, after in pairwise(ordered)), default=0)
    sparse = _SPARSE * (len(numbers) + 1)
    return ordered[-1] - first >= sparse or gap >= _LONGEST_GAP


def _numbers(images: Sequence[ImageName]) -> list[int] | None:
    """The last number of each name, where the names differ in nothing else."""
    if all(isinstance(image, int) for image in images):
        return [int(image) for image in images]
    matches = [_NAME.fullmatch(str(image)) for image in images]
    found = [match for match in matches if match is not None]
    if len(found) < len(matches) or len({match["before"] for match in found}) > 1:
        return None
    return [int(match["number"]) for match in found]


def in_natural_order(names: Sequence[str]) -> list[str]:
    """Names sorted by the numbers in them: ``2.jpg`` before ``10.jpg``."""

    def parts(name: str) -> list[tuple[int, str]]:
        return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", name)]

    return sorted(names, key=parts)
