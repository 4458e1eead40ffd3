"""Which frame of the clip each picture is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .config import Frames
from .found import Picture

_SPARSE = 1000
"""Frames for each picture with somebody, from which on numbers are taken to be no frames."""
_MOST = 10_000_000
"""Frames of a clip; two days at 50 frames a second."""
_NAME = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?:_keypoints)?(?:\.[A-Za-z][A-Za-z0-9]{0,4})?")


def frame_numbers(pictures: Sequence[Picture], how: Frames, first: int) -> list[int] | None:
    """(F,) the frame of each picture by the number in its name; None: by their order.

    Args:
        pictures: names such as ``12.jpg`` or ``clip_000012_keypoints.json``, or numbers.
        how: what the user wants.
        first: the number of the first frame.

    Raises:
        ValueError: numbers are wanted, or there are some, but they make no sense as frames.
    """
    if how is Frames.order:
        return None
    numbers = _numbers(pictures)
    if numbers is None:
        if how is Frames.number:
            raise ValueError(f"its pictures have no number in their names ({pictures[0]!r:.60})")
        return None
    low, high = min(numbers, default=first), max(numbers, default=first)
    if low < first:
        raise ValueError(f"a picture has the number {low}, before detector.first_number={first}")
    if len(set(numbers)) < len(numbers):
        raise ValueError("two pictures have one number: they are not frames of one clip")
    most = _MOST if how is Frames.number else min(_MOST, _SPARSE * (len(numbers) + 1))
    if high - first >= most:
        raise ValueError(
            f"its {len(numbers)} pictures have numbers from {low} to {high}, hardly those of "
            "frames: give detector.first_number=N, detector.frames=order, or =number if they are"
        )
    return [number - first for number in numbers]


def _numbers(pictures: Sequence[Picture]) -> list[int] | None:
    """The last number of each name, where only that tells them apart."""
    if all(isinstance(picture, int) for picture in pictures):
        return [int(picture) for picture in pictures]
    matches = [_NAME.fullmatch(str(picture)) for picture in pictures]
    found = [match for match in matches if match is not None]
    if len(found) < len(matches) or len({match["before"] for match in found}) > 1:
        return None
    return [int(match["number"]) for match in found]


def in_natural_order(names: Sequence[str]) -> list[str]:
    """Names sorted as people do: ``2.jpg`` before ``10.jpg``."""

    def parts(name: str) -> list[tuple[int, str]]:
        return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", name)]

    return sorted(names, key=parts)
