"""Tracks as what the network reads: the right joints, no gaps, normalised, cut into windows.

Pixels of the upright frame come in. What goes to the network is divided by half the width, about
the middle of the frame: x in -1..1, y in -h/w..h/w, whatever the shape of the video.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from framework.skeletons import Skeleton, map_joints, map_scores
from framework.types import Bools, Floats, Times, Track

DETECTRON_CONFIDENCE = 0.005
"""About the mean of Detectron's spatial softmax over real detections, on which d-pt-243 grew up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One track for the network.

    Attributes:
        values: (T, J, 2 or 3) float32: x, y normalised, and the confidence where wanted.
        present: (T,) bool, rows with keypoints; the others are interpolated.
    """

    values: Floats
    present: Bools


@dataclass(frozen=True, slots=True)
class Window:
    """Rows ``start`` to ``stop`` of a sequence, to be answered in one piece."""

    sequence: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def sequence_of(
    track: Track, skeleton: Skeleton, size_wh: tuple[int, int], *, channels: int, scores: bool
) -> Sequence:
    """Prepare a track.

    Args:
        track: any skeleton that has or implies the joints.
        skeleton: the joints that the network reads.
        size_wh: of the video, in pixels.
        channels: 2, or 3 with a confidence.
        scores: give the detector's scores as confidence instead of a constant.
    """
    points = map_joints(track.keypoints, track.skeleton, skeleton)
    points[~track.present] = np.nan
    present: Bools = np.asarray(np.isfinite(points).any(axis=(1, 2)), dtype=np.bool_)
    width, height = size_wh
    points = points * (2 / width) - np.array([1, height / width])
    confidence = np.full((*points.shape[:2], 1), DETECTRON_CONFIDENCE)
    if scores:
        confidence = map_scores(track.keypoint_scores, track.skeleton, skeleton)[..., None]
    values = np.concatenate([points, confidence], axis=2)[..., :channels]
    values[np.isnan(values).any(axis=2)] = np.nan
    values = fill_gaps(values, track.time_s)
    # A joint that is never seen stands in the middle of those that are.
    if present.any():
        values = np.where(np.isnan(values), np.nanmean(values, axis=1, keepdims=True), values)
    return Sequence(values=values.astype(np.float32), present=present)


def fill_gaps(values: Times, time_s: Times) -> Times:
    """Interpolate linearly in time, per joint; constant before the first and after the last.

    Args:
        values: (T, J, D) float64, NaN where missing.
        time_s: (T,) seconds, rising.

    Returns:
        (T, J, D); what was there is unchanged, a joint that is never there stays NaN.
    """
    count = len(values)
    row = np.arange(count)[:, None]
    seen = np.isfinite(values).all(axis=2)
    before = np.maximum.accumulate(np.where(seen, row, -1), axis=0)
    after = np.minimum.accumulate(np.where(seen, row, count)[::-1], axis=0)[::-1]
    left = np.where(before < 0, after, before).clip(0, max(count - 1, 0))
    right = np.where(after == count, before, after).clip(0, max(count - 1, 0))
    span = time_s[right] - time_s[left]
    share = np.divide(time_s[row] - time_s[left], span, out=np.zeros(left.shape), where=span > 0)
    joint = np.arange(values.shape[1])
    share = share[..., None]
    filled: Times = values[left, joint] * (1 - share) + values[right, joint] * share
    return filled


def windows_of(sequences: list[Sequence], frames: int) -> list[Window]:
    """Cut every sequence into windows of ``frames`` rows; those without a person are left out."""
    return [
        Window(number, start, min(start + frames, len(sequence.present)))
        for number, sequence in enumerate(sequences)
        for start in range(0, len(sequence.present), frames)
        if sequence.present[start : start + frames].any()
    ]


def batches_of(windows: list[Window], size: int) -> Iterator[list[Window]]:
    """Up to ``size`` windows of one length at a time."""
    for _, group in groupby(sorted(windows, key=len), key=len):
        alike = list(group)
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def cut_out(sequence: Sequence, window: Window, before: int, after: int) -> Floats:
    """A window with ``before`` and ``after`` rows of context; the ends repeat.

    Returns:
        (before + rows + after, J, D) float32.
    """
    rows = np.arange(window.start - before, window.stop + after)
    cut: Floats = sequence.values[rows.clip(0, len(sequence.values) - 1)]
    return cut
