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
    """

    start_s: float
    keypoints: Floats
    scores: Floats


def stay_rows(time_s: Times, present: Bools) -> list[Ints]:
    """Rows with the person, divided where nobody was there for a second or more."""
    rows = np.flatnonzero(present)
    ends = np.flatnonzero(np.diff(time_s[rows]) > _NEW_STAY_S) + 1
    return np.split(rows, ends) if rows.size else []


def to_steps(time_s: Times, keypoints: Floats, scores: Floats) -> Steps:
    """Interpolate linearly; what is not seen on both sides of a step is missing.

    Neither is anything known between rows further apart than the network learnt to bridge. A
    person seen for less than a window stands still at both ends of it.

    Args:
        time_s: (T,) rising, T at least 1.
        keypoints: (T, J, 2).
        scores: (T, J), 0 where missing.
    """
    count = max(int(np.ceil((time_s[-1] - time_s[0]) / STEP_S - _SAME)) + 1, 1)
    lead = max(FRAMES - count, 0) // 2
    wanted_s = time_s[0] + STEP_S * (np.arange(max(count, FRAMES)) - lead)
    places, seen = _read(time_s, keypoints, scores, wanted_s)
    return Steps(start_s=float(wanted_s[0]), keypoints=places, scores=seen)


def until(time_s: Times, keypoints: Floats, scores: Floats, rows: slice) -> tuple[Floats, Floats]:
    """The windows that end at some rows and know nothing of later ones; see `to_steps`.

    Returns:
        (R, F, J, 2) keypoints and (R, F, J) scores. Before the first row the person stands still.
    """
    back_s = STEP_S * np.arange(FRAMES)[::-1]
    return _read(time_s, keypoints, scores, time_s[rows, None] - back_s)


def _read(
    time_s: Times, keypoints: Floats, scores: Floats, wanted_s: Times
) -> tuple[Floats, Floats]:
    """Keypoints (..., J, 2) and scores (..., J) at times (...) between the rows."""
    last = len(time_s) - 1
    after = np.clip(np.searchsorted(time_s, wanted_s), min(1, last), last)
    before = np.maximum(after - 1, 0)
    gap = np.maximum(time_s[after] - time_s[before], 1e-9)
    part = np.clip((wanted_s - time_s[before]) / gap, 0, 1)
    part = np.where(part < _SAME, 0, np.where(part > 1 - _SAME, 1, part)).astype(np.float32)
    first, second = (part == 0)[..., None], (part == 1)[..., None]
    seen = ((scores[before] > 0) | second) & ((scores[after] > 0) | first)
    seen &= (gap <= _LONGEST_GAP_S)[..., None] | first | second
    known = np.nan_to_num(keypoints)
    places = known[before] + part[..., None, None] * (known[after] - known[before])
    mixed = scores[before] + part[..., None] * (scores[after] - scores[before])
    return places.astype(np.float32), np.where(seen, mixed, 0).astype(np.float32)


def starts(person: Steps) -> list[int]:
    """First steps of a person's windows: every `HOP`, the last window ends with the person."""
    last = len(person.scores) - FRAMES
    return [*range(0, last, HOP), last]


def cut(person: Steps, start: int) -> tuple[Floats, Floats]:
    """(F, 17, 2) keypoints and (F, 17) scores of a window."""
    window = slice(start, start + FRAMES)
    return person.keypoints[window], person.scores[window]


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
