"""Whether keypoints fit the frames that they are said to be of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.types import Floats

from .recording import KeypointRecording

_NEARLY_ALL = 0.9
_HALF = 0.5
_FEWEST = 5
"""People whose posture says how the axes lie."""
_UPRIGHT = 2.0
"""A body is upright, or lies, where it is this many times longer one way than the other."""
_MOST = 20_000
"""Joints that are looked at."""


def notes_on_placement(recording: KeypointRecording) -> list[str]:
    """Warnings where keypoints do not seem to fit their images, whose size is known by now.

    Raises:
        ValueError: they evidently do not fit: another size, y upwards, or y before x.
    """
    seen = recording.keypoint_scores >= recording.score_threshold
    points = recording.keypoints[seen]
    points = points[:: max(1, len(points) // _MOST)]
    if recording.size_wh is None or not len(points):
        return []
    outside = _outside(points, recording.size_wh)
    head_first = _head_to_feet(recording)
    if (points[:, 1] < 0).mean() > _NEARLY_ALL and not (head_first[:, 1] > 0).any():
        raise ValueError(
            "the y of its keypoints is negative: y points upwards. Write it downwards, from the "
            "upper edge of the image"
        )
    lying = _lie(head_first)
    if lying and outside > 0.1 and _outside(points[:, ::-1], recording.size_wh) < 0.01:
        raise ValueError("its keypoints fit the images only with y before x: write x first, then y")
    width, height = recording.size_wh
    if outside > _HALF:
        low, high = np.percentile(points, [5, 95], axis=0)
        raise ValueError(
            f"its keypoints lie between {low[0]:.0f}, {low[1]:.0f} and {high[0]:.0f}, "
            f"{high[1]:.0f}, mostly outside the {width}x{height} pixels of the images: if they are "
            "of images of another size, give detector.image_size_wh=[WIDTH,HEIGHT]"
        )
    return [*_notes_on_size(points, width, height), *_notes_on_axes(head_first, lying)]


def _outside(points: Floats, size_wh: tuple[int, int]) -> float:
    """Share of (N, 2) points outside the images."""
    return float(((points < 0) | (points > np.array(size_wh))).any(1).mean())


def _notes_on_size(points: Floats, width: int, height: int) -> list[str]:
    # A few joints outside are normal, for people at the border.
    right, bottom = np.percentile(points, 95, axis=0)
    advice = "give detector.image_size_wh=[WIDTH,HEIGHT]"
    if right > width or bottom > height:
        return [
            f"keypoints extend to {right:.0f}, {bottom:.0f}, beyond the {width}x{height} pixels "
            f"of the video: if they are of larger images, {advice}"
        ]
    right, bottom = points.max(0)
    if right < width * _HALF and bottom < height * _HALF:
        return [
            f"all keypoints lie in the upper left {right:.0f}x{bottom:.0f} of the {width}x{height} "
            f"pixels of the video: if they are of smaller images, {advice}"
        ]
    return []


def _notes_on_axes(head_first: Floats, lying: bool) -> list[str]:
    if len(head_first) < _FEWEST:
        return []
    x, y = head_first.T
    if (y < -np.abs(x)).mean() > _NEARLY_ALL:
        return [
            "heads lie below feet in nearly all frames: unless people stand on their hands, y "
            "points upwards in the file, but must point downwards"
        ]
    if lying:
        return [
            "all people lie on their side with the head to the left: unless they really do, the "
            "file gives y before x, but must give x first"
        ]
    return []


def _lie(head_first: Floats) -> bool:
    """Whether nearly everybody lies with the head to the left, as those do whose axes are mixed."""
    if len(head_first) < _FEWEST:
        return False
    x, y = head_first.T
    return bool((x > _UPRIGHT * np.abs(y)).mean() > _NEARLY_ALL)


def _head_to_feet(recording: KeypointRecording) -> Floats:
    """(N, 2) from the shoulders of people to their ankles, or to their hips without these."""
    people = recording.keypoints[:: max(1, len(recording.keypoints) // _MOST)]

    def middle(part: str) -> Floats:
        sides = [recording.skeleton.index(f"{side}_{part}") for side in ("left", "right")]
        both: Floats = people[:, sides].mean(1)
        return both

    feet, hips = middle("ankle"), middle("hip")
    feet = np.where(np.isfinite(feet), feet, hips)
    vectors = feet - middle("shoulder")
    known: NDArray[np.bool_] = np.isfinite(vectors).all(1)
    return vectors[known]
