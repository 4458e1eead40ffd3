"""Keypoint scores of any detector on one scale."""

from __future__ import annotations

import numpy as np

from framework.types import Floats

_LEAST = 0.02


def calibrated(scores: Floats, threshold: float) -> Floats:
    """Scores as lifters know them: 0.5 at the detector's threshold, 1 at the most.

    A joint that is there keeps a little of its score, as 0 says that it is missing.

    Args:
        scores: any shape, in the detector's own scale.
        threshold: the score from which that detector counts a joint as seen.
    """
    known = np.clip(np.nan_to_num(scores), 0, 1)
    if 0 < threshold < 1:
        known = known ** (np.log(0.5) / np.log(threshold))
    return np.maximum(known, _LEAST).astype(np.float32)
