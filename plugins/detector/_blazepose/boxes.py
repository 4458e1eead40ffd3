"""Boxes around poses."""

from __future__ import annotations

import numpy as np

from framework.geometry.boxes import Array

from .landmarks import Pose
from .rules import inside

_BOX_MARGIN = 0.05
"""Head above the eyes and flesh around the bones, as a share of the square's side."""


def box_around(pose: Pose, score_threshold: float, size_wh: tuple[int, int]) -> Array:
    """(4,) box ``x1 y1 x2 y2`` of the joints seen, with a margin, within the frame.

    Where no joint seen lies in the frame, those guessed to lie there make the box.
    """
    seen = pose.visibility >= score_threshold
    framed = inside(pose.keypoints, size_wh)
    joints = pose.keypoints[seen if (seen & framed).any() else framed]
    margin = _BOX_MARGIN * pose.square[2]
    box = np.concatenate([joints.min(0) - margin, joints.max(0) + margin])
    return box.clip(0, np.array([*size_wh, *size_wh]))
