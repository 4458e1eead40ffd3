"""Keypoint scores of any detector on one scale.

Some detectors score keypoints by the height of a heat map, others by visibility or probability, so
the value from which a joint counts as seen differs a lot. Lifters are trained on one scale.
"""

from __future__ import annotations

import numpy as np

from framework.types import Floats

_LEAST = 0.02


def calibrated(scores: Floats, threshold: float) -> Floats:
    """Scores on the scale of lifters: 0.5 at the detector's threshold, at most 1.

    Scores are raised to a power, which keeps 0, 1 and the order. A joint with coordinates gets at
    least 0.02, as a score of 0 means that the joint is missing.

    Args:
        scores: any shape, in the detector's own scale.
        threshold: the score from which that detector counts a joint as seen.
    """
    known = np.clip(np.nan_to_num(scores), 0, 1)
    if 0 < threshold < 1:
        # threshold ** exponent = 0.5
        known = known ** (np.log(0.5) / np.log(threshold))
    return np.maximum(known, _LEAST).astype(np.float32)
