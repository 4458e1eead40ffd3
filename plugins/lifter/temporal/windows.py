"""From the rows of a track to the network's windows, and back.

Rows come at any rate, with gaps; the network sees windows of `FRAMES` even steps. Windows
overlap and are blended, so that there is no seam where they meet.
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
_NEW_STAY_S = 1.0
# A step this close to a row, as a share of the gap between rows, is that row.
_SAME = 0.02


@dataclass(frozen=True, slots=True)
class Steps:
    """The keypoints of one person at even times.

    Attributes:
        start_s: time of the first step in seconds.
        keypoints: (S, 17, 2); S is at least `FRAMES`.
        scores: (S, 17), 0 where a joint is missing.
        own: (S, 17, 3) the detector's own 3D, NaN where there is none.
    """

    start_s: float
    keypoints: Floats
    scores: Floats
    own: Floats


Window = tuple[Floats, Floats, Floats]
"""Keypoints (F, 17, 2), scores (F, 17) and the detector's own 3D (F, 17, 3)."""


def stay_rows(time_s: Times, present: Bools) -> list[Ints]:
    """Rows with the person, divided where nobody was there for a second or more."""
    rows = np.flatnonzero(present)
    ends = np.flatnonzero(np.diff(time_s[rows]) > _NEW_STAY_S) + 1
    return np.split(rows, ends) if rows.size else []


def to_steps(time_s: Times, keypoints: Floats, scores: Floats, own: Floats) -> Steps:
    """Interpolate linearly; what is not seen on both sides of a step is missing.

    Neither is anything known between rows further apart than the network learnt to bridge. A
    person seen for less than a window stands still at both ends of it.

    Args:
        time_s: (T,) rising, T at least 1.
        keypoints: (T, J, 2).
        scores: (T, J), 0 where missing.
        own: (T, 17, 3), NaN where missing.
    """
    count = max(int(np.ceil((time_s[-1] - time_s[0]) / STEP_S - _SAME)) + 1, 1)
    lead = max(FRAMES - count, 0) // 2
    wanted_s = time_s[0] + STEP_S * (np.arange(max(count, FRAMES)) - lead)
    return Steps(float(wanted_s[0]), *_read(time_s, keypoints, scores, own, wanted_s))


def until(time_s: Times, rows: slice, keypoints: Floats, scores: Floats, own: Floats) -> Window:
    """The windows that end at some rows and know nothing of later ones; see `to_steps`.

    Returns:
        (R, F, J, 2) keypoints, (R, F, J) scores and (R, F, 17, 3) own 3D. Before the first row the
        person stands still.
    """
    back_s = STEP_S * np.arange(FRAMES)[::-1]
    return _read(time_s, keypoints, scores, own, time_s[rows, None] - back_s)


def _read(time_s: Times, keypoints: Floats, scores: Floats, own: Floats, wanted_s: Times) -> Window:
    """Keypoints (..., J, 2), scores (..., J) and own 3D at times (...) between the rows."""
    last = len(time_s) - 1
    after = np.clip(np.searchsorted(time_s, wanted_s), min(1, last), last)
    before = np.maximum(after - 1, 0)
    gap = np.maximum(time_s[after] - time_s[before], 1e-9)
    part = np.clip((wanted_s - time_s[before]) / gap, 0, 1)
    part = np.where(part < _SAME, 0, np.where(part > 1 - _SAME, 1, part)).astype(np.float32)

    def between(values: Floats) -> Floats:
        known, share = np.nan_to_num(values), part.reshape(*part.shape, *[1] * (values.ndim - 1))
        return np.asarray(known[before] + share * (known[after] - known[before]), np.float32)

    def bridged(there: Bools) -> Bools:
        share = part.reshape(*part.shape, *[1] * (there.ndim - 1))
        near = (gap <= _LONGEST_GAP_S).reshape(share.shape) | (share == 0) | (share == 1)
        return np.asarray((there[before] | (share == 1)) & (there[after] | (share == 0)) & near)

    seen = bridged(scores > 0)
    told = bridged(np.asarray(np.isfinite(own).all(axis=(1, 2))))[..., None, None]
    return (
        between(keypoints),
        np.where(seen, between(scores), 0).astype(np.float32),
        np.where(told, between(own), np.nan).astype(np.float32),
    )


def starts(person: Steps) -> list[int]:
    """First steps of a person's windows: every `HOP`, the last window ends with the person."""
    last = len(person.scores) - FRAMES
    return [*range(0, last, HOP), last]


def cut(person: Steps, start: int) -> Window:
    """The window that begins at a step."""
    window = slice(start, start + FRAMES)
    return person.keypoints[window], person.scores[window], person.own[window]


def blend(windows: list[Floats], person: Steps) -> Floats:
    """Average windows (F, ...) where they overlap, most weight on the one in its middle."""
    edge = np.minimum(np.arange(FRAMES), np.arange(FRAMES)[::-1]) + 1
    weight = np.minimum(edge, FRAMES - HOP).astype(np.float32).reshape(-1, 1, 1)
    total = np.zeros((len(person.scores), *windows[0].shape[1:]), np.float32)
    weights = np.zeros((len(total), *weight.shape[1:]), np.float32)
    for start, window in zip(starts(person), windows, strict=True):
        total[start : start + FRAMES] += weight * window
        weights[start : start + FRAMES] += weight
    return np.asarray(total / weights, np.float32)


def to_rows(values: Floats, person: Steps, time_s: Times) -> Floats:
    """Read (S, ...) values at other times by Catmull-Rom splines, exact at the steps.

    Args:
        values: (S, ...).
        person: whose steps they belong to.
        time_s: (T,).

    Returns:
        (T, ...).
    """
    last = len(values) - 1
    place = np.clip((time_s - person.start_s) / STEP_S, 0, last)
    low = np.minimum(place.astype(np.int64), last - 1)
    x = (place - low).astype(np.float32).reshape(-1, *(1 for _ in values.shape[1:]))
    a, b, c, d = (values[np.clip(low + shift, 0, last)] for shift in (-1, 0, 1, 2))
    slope_b, slope_c = (c - a) / 2, (d - b) / 2
    bend = 2 * (b - c) + slope_b + slope_c
    read = b + x * (slope_b + x * (3 * (c - b) - 2 * slope_b - slope_c + x * bend))
    return np.asarray(read, np.float32)
