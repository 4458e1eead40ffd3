"""Resampling of tracks to even steps, division into windows, and the inverse of both.

Rows of a track have any frame rate, also a variable one, and gaps; the network was trained on
windows of `FRAMES` steps at 30 frames/s and would take another rate for another speed of motion.
Windows overlap and are blended, so that there is no visible step where they meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framework.types import Bools, Floats, Ints, Times

from .network import GROUP

STEP_S = 1 / 30
"""Seconds from one step to the next."""
FRAMES = 27 * GROUP
"""Steps of a window, as in training."""
HOP = 18 * GROUP
"""Steps from the start of a window to that of the next."""

_LONGEST_GAP_S = 0.26
"""Between rows farther apart all is missing: training had gaps of up to a quarter of a second."""
_NEW_VISIT_S = 1.0
"""After an absence this long, motion before it says nothing about motion after it."""
_SAME = 0.02
"""A step this close to a row, as a share of the gap between rows, takes that row's values.

Otherwise rounding of frame times would mark joints as missing next to missing rows.
"""


@dataclass(frozen=True, slots=True)
class ResampledTrack:
    """The keypoints of one person at even times; S steps.

    Attributes:
        start_s: time of the first step in seconds.
        keypoints: (S, 17, 2); S is at least `FRAMES`.
        scores: (S, 17), 0 where a joint is missing.
        detector_3d: (S, 17, 3) the detector's 3D as H36M-17, NaN where there is none.
    """

    start_s: float
    keypoints: Floats
    scores: Floats
    detector_3d: Floats


NetworkArrays = tuple[Floats, Floats, Floats]
"""Keypoints (F, 17, 2), scores (F, 17) and the detector's 3D (F, 17, 3)."""


def visit_rows(time_s: Times, present: Bools) -> list[Ints]:
    """Rows with the person, divided at absences of more than a second.

    Args:
        time_s: (T,) rising.
        present: (T,) rows with the person.

    Returns:
        The rows of each visit, in order.
    """
    rows = np.flatnonzero(present)
    ends = np.flatnonzero(np.diff(time_s[rows]) > _NEW_VISIT_S) + 1
    return np.split(rows, ends) if rows.size else []


def resample(
    time_s: Times, keypoints: Floats, scores: Floats, detector_3d: Floats
) -> ResampledTrack:
    """Interpolate the rows of one visit linearly at even steps.

    A joint that is missing on one side of a step is missing there, and so is everything between
    rows that are too far apart. A visit shorter than a window is extended at both ends by repeating
    the end rows: a person who stands still.

    Args:
        time_s: (T,) rising, T at least 1.
        keypoints: (T, J, 2).
        scores: (T, J), 0 where missing.
        detector_3d: (T, 17, 3), NaN where missing.
    """
    # Without `_SAME`, a last time that is rounded up by a clock tick would add a step.
    count = max(int(np.ceil((time_s[-1] - time_s[0]) / STEP_S - _SAME)) + 1, 1)
    # The extension is divided between both ends.
    lead = max(FRAMES - count, 0) // 2
    wanted_s = time_s[0] + STEP_S * (np.arange(max(count, FRAMES)) - lead)
    parts = _interpolated(time_s, keypoints, scores, detector_3d, wanted_s)
    return ResampledTrack(float(wanted_s[0]), *parts)


def windows_ending_at(
    rows: slice, time_s: Times, keypoints: Floats, scores: Floats, detector_3d: Floats
) -> NetworkArrays:
    """Windows that end at some rows and do not depend on later ones; see `resample`.

    Args:
        rows: R of the T rows.
        time_s: (T,) rising.
        keypoints: (T, J, 2).
        scores: (T, J), 0 where missing.
        detector_3d: (T, 17, 3), NaN where missing.

    Returns:
        (R, F, J, 2) keypoints, (R, F, J) scores and (R, F, 17, 3) detector's 3D. Before the first
        row the person stands still.
    """
    # (F,) rising to 0; with (R, 1) times it gives the (R, F) times of all windows.
    back_s = STEP_S * np.arange(FRAMES)[::-1]
    return _interpolated(time_s, keypoints, scores, detector_3d, time_s[rows, None] - back_s)


def _interpolated(
    time_s: Times, keypoints: Floats, scores: Floats, detector_3d: Floats, wanted_s: Times
) -> NetworkArrays:
    """Keypoints (..., J, 2), scores (..., J) and the detector's 3D at times (...)."""
    last = len(time_s) - 1
    # `before` and `after` are the rows on both sides of a time, and equal for a single row, whose
    # gap of 0 must not be a divisor. Outside of the rows, `part` is clipped to the end row.
    after = np.clip(np.searchsorted(time_s, wanted_s), min(1, last), last)
    before = np.maximum(after - 1, 0)
    gap = np.maximum(time_s[after] - time_s[before], 1e-9)
    part = np.clip((wanted_s - time_s[before]) / gap, 0, 1)
    part = np.where(part < _SAME, 0, np.where(part > 1 - _SAME, 1, part)).astype(np.float32)

    def between(values: Floats) -> Floats:
        # NaN times a share of 0 is still NaN, so a missing neighbour would spread.
        known, share = np.nan_to_num(values), part.reshape(*part.shape, *[1] * (values.ndim - 1))
        return np.asarray(known[before] + share * (known[after] - known[before]), np.float32)

    def known_at(present: Bools) -> Bools:
        # A row of which a step takes nothing (share 0 or 1) need not have the joint.
        share = part.reshape(*part.shape, *[1] * (present.ndim - 1))
        near = (gap <= _LONGEST_GAP_S).reshape(share.shape) | (share == 0) | (share == 1)
        return np.asarray((present[before] | (share == 1)) & (present[after] | (share == 0)) & near)

    visible = known_at(scores > 0)
    has_3d = known_at(np.asarray(np.isfinite(detector_3d).all(axis=(1, 2))))[..., None, None]
    return (
        between(keypoints),
        np.where(visible, between(scores), 0).astype(np.float32),
        np.where(has_3d, between(detector_3d), np.nan).astype(np.float32),
    )


def window_starts(person: ResampledTrack) -> list[int]:
    """First steps of a person's windows: every `HOP`; the last window ends at the last step."""
    last = len(person.scores) - FRAMES
    return [*range(0, last, HOP), last]


def window_at(person: ResampledTrack, start: int) -> NetworkArrays:
    """The window that begins at a step."""
    window = slice(start, start + FRAMES)
    return person.keypoints[window], person.scores[window], person.detector_3d[window]


def blend(windows: list[Floats], person: ResampledTrack) -> Floats:
    """Average overlapping windows with weights that fall linearly to the ends of a window.

    Frames at the ends have less context and larger errors.

    Args:
        windows: (F, J, D) each, in the order of `window_starts`.
        person: that they belong to.

    Returns:
        (S, J, D).
    """
    edge = np.minimum(np.arange(FRAMES), np.arange(FRAMES)[::-1]) + 1
    # Linear where neighbouring windows overlap, flat between.
    weight = np.minimum(edge, FRAMES - HOP).astype(np.float32).reshape(-1, 1, 1)
    total = np.zeros((len(person.scores), *windows[0].shape[1:]), np.float32)
    weights = np.zeros((len(total), *weight.shape[1:]), np.float32)
    for start, window in zip(window_starts(person), windows, strict=True):
        total[start : start + FRAMES] += weight * window
        weights[start : start + FRAMES] += weight
    # Divided by the sum of weights, which is not constant: the last window overlaps by more.
    return np.asarray(total / weights, np.float32)


def at_times(values: Floats, person: ResampledTrack, time_s: Times) -> Floats:
    """Interpolate values at other times by Catmull-Rom splines, exact at the steps.

    (Catmull and Rom, "A class of local interpolating splines", 1974.) Linear interpolation would
    cut off the peaks of quick motion at 60 frames/s.

    Args:
        values: (S, ...).
        person: that they belong to.
        time_s: (T,).

    Returns:
        (T, ...).
    """
    last = len(values) - 1
    place = np.clip((time_s - person.start_s) / STEP_S, 0, last)
    # The last step belongs to the interval before it (x = 1), as none begins there.
    low = np.minimum(place.astype(np.int64), last - 1)
    x = (place - low).astype(np.float32).reshape(-1, *(1 for _ in values.shape[1:]))
    a, b, c, d = (values[np.clip(low + shift, 0, last)] for shift in (-1, 0, 1, 2))
    slope_b, slope_c = (c - a) / 2, (d - b) / 2
    bend = 2 * (b - c) + slope_b + slope_c
    # Cubic Hermite polynomial in Horner form, with values b, c and slopes at both ends.
    result = b + x * (slope_b + x * (3 * (c - b) - 2 * slope_b - slope_c + x * bend))
    return np.asarray(result, np.float32)
