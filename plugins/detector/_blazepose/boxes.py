"""Person boxes from landmarks, which BlazePose itself does not give."""

from __future__ import annotations

import numpy as np

from framework.geometry.boxes import Array

from .landmarks import PoseLandmarks
from .rules import inside

_BOX_MARGIN = 0.05
"""Head above the eyes and body around the joints, as a share of the square's side."""


def box_around(pose: PoseLandmarks, score_threshold: float, size_wh: tuple[int, int]) -> Array:
    """(4,) box ``x1 y1 x2 y2`` of the visible joints, with a margin, clipped to the frame.

    Args:
        pose: at least one of its keypoints lies in the frame.
        score_threshold: visibility from which a joint counts as seen.
        size_wh: of the frame.

    Where no visible joint lies in the frame, the box is of all joints that are predicted there:
    visible joints outside would give a box outside, which is clipped to nothing.
    """
    seen = pose.visibility >= score_threshold
    framed = inside(pose.keypoints, size_wh)
    joints = pose.keypoints[seen if (seen & framed).any() else framed]
    # The square's side, not the box's: a person who bends has a flat box but not less body.
    margin = _BOX_MARGIN * pose.square[2]
    box = np.concatenate([joints.min(0) - margin, joints.max(0) + margin])
    return box.clip(0, np.array([*size_wh, *size_wh]))
