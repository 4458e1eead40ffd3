"""Fills short gaps of a track by interpolation; longer gaps and the ends stay missing.

PCHIP (Fritsch, Butland, A Method for Constructing Local Monotone Piecewise Cubic Interpolants,
1984) stays between the neighbouring values. An ordinary cubic spline overshoots after quick
motion, which would put a foot below the ground.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from framework.types import Bools, Floats, Ints, State, Times, Track


def fill_gaps(track: Track, max_gap_s: float) -> Track:
    """Interpolate boxes, keypoints and 3D keypoints over short gaps.

    Each joint is interpolated by itself over the true times. A joint is filled only where it is
    known on both sides of the gap. Scores are the lower of the two neighbours' scores, and 0 for
    a joint that stays unknown. Observed rows stay exactly as they are.

    Args:
        track: with at least one observed row.
        max_gap_s: the longest time between the two observed rows around a gap, seconds.

    Returns:
        A track with ``State.FILLED`` in the filled rows; ``track`` itself where there are none.
    """
    seen = np.flatnonzero(track.state == State.OBSERVED)
    rows = np.setdiff1d(np.arange(seen[0], seen[-1]), seen)
    # Rows are inside the first and last seen ones, so each has an observed row on both sides.
    after = np.searchsorted(seen, rows)
    before, after = seen[after - 1], seen[after]
    short = track.time_s[after] - track.time_s[before] <= max_gap_s
    rows, before, after = rows[short], before[short], after[short]
    if not len(rows):
        return track
    keypoints = _filled(track.keypoints, track.time_s, rows, before, after)
    points_3d = track.keypoints_3d
    scores, state = track.keypoint_scores.copy(), track.state.copy()
    scores[rows] = np.minimum(scores[before], scores[after])
    # The comparison gives 0 or 1: joints that stay unknown get a score of 0.
    scores[rows] *= np.isfinite(keypoints[rows]).all(-1)
    state[rows] = State.FILLED
    return replace(
        track,
        boxes=_filled(track.boxes[:, None], track.time_s, rows, before, after)[:, 0],
        keypoints=keypoints,
        keypoint_scores=scores,
        state=state,
        keypoints_3d=None
        if points_3d is None
        else _filled(points_3d, track.time_s, rows, before, after),
    )


def _filled(values: Floats, time_s: Times, rows: Ints, before: Ints, after: Ints) -> Floats:
    """(T, J, D) with ``rows`` interpolated where a joint is known in both neighbouring rows."""
    # A joint may be unknown in observed rows too, so each has times of its own.
    known: Bools = np.asarray(np.isfinite(values).all(-1))
    wanted = known[before] & known[after]
    filled = values.copy()
    for joint in np.flatnonzero(wanted.any(0)):
        at, missing = known[:, joint], rows[wanted[:, joint]]
        curve = PchipInterpolator(time_s[at], values[at, joint].astype(np.float64))
        filled[missing, joint] = curve(time_s[missing])
    return filled
