"""Tracks as input of the network: its joints, gaps filled, normalised, cut into windows.

Coordinates in: pixels of the upright frame. Coordinates out: relative to the middle of the frame,
in halves of its width, so that x is in -1..1 and y in -h/w..h/w. This is the normalisation of
VideoPose3D (``normalize_screen_coordinates``); another one would give poses of a wrong scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from framework.skeletons import Skeleton, map_joints, map_scores
from framework.types import Bools, Floats, Times, Track

DETECTRON_CONFIDENCE = 0.005
"""About the mean of Detectron's spatial softmax over detections, the training input of d-pt-243."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInput:
    """One track as input of the network.

    Attributes:
        values: (T, J, 2 or 3) float32: x, y normalised, and the confidence if there is a third
        channel. present: (T,) bool, rows with keypoints; the others are interpolated.
    """

    values: Floats
    present: Bools


@dataclass(frozen=True, slots=True)
class Window:
    """Rows ``start`` to ``stop`` of one track, lifted in one piece.

    Attributes:
        track: number of the track.
        start, stop: its rows.
    """

    track: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def network_input(
    track: Track, skeleton: Skeleton, size_wh: tuple[int, int], *, channels: int, scores: bool
) -> NetworkInput:
    """Prepare a track.

    Args:
        track: of any skeleton that the joints follow from.
        skeleton: the joints of the network's input.
        size_wh: of the video, in pixels.
        channels: 2, or 3 with a confidence.
        scores: whether the confidence is the detector's score instead of a constant.
    """
    points = map_joints(track.keypoints, track.skeleton, skeleton)
    points[~track.present] = np.nan
    present: Bools = np.asarray(np.isfinite(points).any(axis=(1, 2)), dtype=np.bool_)
    width, height = size_wh
    # Both axes by the width, so that the aspect ratio of the body stays.
    points = points * (2 / width) - np.array([1, height / width])
    confidence = np.full((*points.shape[:2], 1), DETECTRON_CONFIDENCE)
    if scores:
        confidence = map_scores(track.keypoint_scores, track.skeleton, skeleton)[..., None]
    values = np.concatenate([points, confidence], axis=2)[..., :channels]
    # A keypoint with one missing part (x, y or score) is missing as a whole.
    values[np.isnan(values).any(axis=2)] = np.nan
    values = fill_gaps(values, track.time_s)
    # A joint that is missing in all rows is put at the mean of the others: the network knows no
    # missing joints, and zero would be the middle of the frame.
    if present.any():
        values = np.where(np.isnan(values), np.nanmean(values, axis=1, keepdims=True), values)
    return NetworkInput(values=values.astype(np.float32), present=present)


def fill_gaps(values: Times, time_s: Times) -> Times:
    """Interpolate linearly in time, per joint; constant before the first and after the last.

    Args:
        values: (T, J, D) float64, NaN where missing.
        time_s: (T,) seconds, rising.

    Returns:
        (T, J, D); known values are unchanged, a joint that is missing in all rows stays NaN.
    """
    count = len(values)
    row = np.arange(count)[:, None]
    known = np.isfinite(values).all(axis=2)
    # For every row, the last known row before it and the first known one after it.
    before = np.maximum.accumulate(np.where(known, row, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, row, count)[::-1], axis=0)[::-1]
    # At the ends there is a known row on one side only; it is used for both.
    # Clipped for joints that are never known: their values are NaN at any row.
    left = np.where(before < 0, after, before).clip(0, max(count - 1, 0))
    right = np.where(after == count, before, after).clip(0, max(count - 1, 0))
    span = time_s[right] - time_s[left]
    share = np.divide(time_s[row] - time_s[left], span, out=np.zeros(left.shape), where=span > 0)
    # (T, J) rows and (J,) joints index together: values[left, joint] is (T, J, D).
    joint = np.arange(values.shape[1])
    share = share[..., None]
    filled: Times = values[left, joint] * (1 - share) + values[right, joint] * share
    return filled


def windows_of(inputs: list[NetworkInput], frames: int) -> list[Window]:
    """Cut every track into windows of ``frames`` rows; windows without the person are left out."""
    return [
        Window(number, start, min(start + frames, len(track.present)))
        for number, track in enumerate(inputs)
        for start in range(0, len(track.present), frames)
        if track.present[start : start + frames].any()
    ]


def batches_of(windows: list[Window], size: int) -> Iterator[list[Window]]:
    """Yield batches of up to ``size`` windows; the windows of a batch have the same length."""
    for _, group in groupby(sorted(windows, key=len), key=len):
        same = list(group)
        yield from (same[start : start + size] for start in range(0, len(same), size))


def with_context(track: NetworkInput, window: Window, before: int, after: int) -> Floats:
    """Rows of a window with context; beyond the ends of the track, its end rows repeat.

    Args:
        track: that the window belongs to.
        window: the rows to lift.
        before: rows of context before them.
        after: and after them.

    Returns:
        (before + rows + after, J, D) float32.
    """
    rows = np.arange(window.start - before, window.stop + after)
    values: Floats = track.values[rows.clip(0, len(track.values) - 1)]
    return values
