"""What the numbers of a file are: missing, without scores, pixels, or shares of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .parsed import Float64s

SHARES_OF = 1000
"""Shares of the image are kept as pixels of an image of this many pixels each way, until the size
of the film is known."""

_FARTHEST = 1e6
"""Pixels; a larger coordinate is a mistake of the writer."""
_SMALLEST = 5.0
"""Pixels from end to end of a person; nobody is smaller, so such numbers are no pixels."""
_MOSTLY = 0.9
_FEW_NEGATIVE = 0.25
_MOST = 20_000
"""People that are measured; more show the same."""


def clear_missing(points: Float64s) -> None:
    """Set joints to NaN that are missing: at (0, 0), or at a number beyond reason.

    Tools write zeros for joints that they did not find. Taken as pixels, such joints would pull
    boxes and poses into the corner of the image.
    """
    # Written so that NaN counts as absurd.
    known = ((points < _FARTHEST) & (points > -_FARTHEST)).all(-1)
    points[~(known & points[..., :2].any(-1))] = np.nan


def fill_scores(points: Float64s) -> str:
    """Set scores to 1 where all are 0, which means that none are given; return a note."""
    scores = points[..., 2]
    known = np.isfinite(scores)
    if not known.any() or np.nanmax(np.abs(scores)) > 0:
        return ""
    scores[known] = 1.0
    return "it gives no scores, so every joint counts as seen"


def are_shares(points: Float64s) -> bool:
    """Whether (P, K, 3) coordinates are shares of the image; they are pixels otherwise.

    Some shares may lie outside 0..1, where joints lie outside the image, so all are looked at.

    Raises:
        ValueError: they are neither; nobody is so small.
    """
    xy = points[:: max(1, len(points) // _MOST), :, :2]
    known = np.isfinite(xy[..., 0]) & np.isfinite(xy[..., 1])
    values = xy[known]
    if not values.size or _height(xy, known) >= _SMALLEST:
        return False
    inside = ((values > -0.5) & (values < 1.5)).mean()
    if inside >= _MOSTLY and (values < 0).mean() <= _FEW_NEGATIVE:
        return True
    low, high = np.percentile(values, [5, 95])
    raise ValueError(
        f"its coordinates lie between {low:.3g} and {high:.3g}: they are neither pixels nor shares "
        "of the image (0 to 1). Write them in pixels (OpenPose: --keypoint_scale 0)"
    )


def _height(xy: Float64s, known: NDArray[np.bool_]) -> float:
    """Median longer side of people; of those with a joint or two, how far from the corner."""
    whole = known.sum(1) >= 3
    if not whole.any():
        return float(np.abs(xy[known]).max())
    low = np.where(known[..., None], xy, np.inf)[whole].min(1)
    high = np.where(known[..., None], xy, -np.inf)[whole].max(1)
    return float(np.median((high - low).max(1)))
