"""Appearance of people: colour histograms of torso and thighs, for trackers that use them.

Trackers get no images, so the pipeline measures these beforehand, while it has the frame. Coarse
colour histograms as in Comaniciu et al., "Kernel-based object tracking", IEEE TPAMI 25(5), 2003:
they change little with pose and distance, and clothes differ most between people.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.types import Bytes, Detections, Floats

LEVELS = 4
"""Steps of each of red, green and blue in a histogram."""
PARTS = 2
"""Torso and thighs, in this order, a histogram each."""
COLOURS = LEVELS**3
_ACROSS = np.linspace(0.15, 0.85, 8, dtype=np.float32)
_CORNERS = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
_KNEES = ("left_knee", "right_knee")


def with_appearance(people: Detections, image: Bytes) -> Detections:
    """The same people with `Detections.appearance` filled in.

    Args:
        people: of one frame.
        image: (H, W, 3) uint8 RGB, that frame.

    Returns:
        Histograms of the colours inside the shoulders and hips, and along the thighs, each with
        a sum of 1; NaN for a part whose joints are not seen or lie outside the frame, and for
        skeletons without these joints.
    """
    histograms = np.full((len(people), PARTS, COLOURS), np.nan, np.float32)
    names = people.skeleton.joints
    if len(people) and all(joint in names for joint in (*_CORNERS, *_KNEES)):
        seen = people.keypoint_scores >= people.score_threshold
        # (N, J, 2); NaN spreads to every point of a part that needs an unseen joint.
        joints = np.where(seen[..., None], people.keypoints, np.nan)
        places = {name: joints[:, names.index(name)] for name in (*_CORNERS, *_KNEES)}
        histograms[:, 0] = _histograms(_torso(places), image)
        histograms[:, 1] = _histograms(_thighs(places), image)
    return replace(people, appearance=histograms)


def _torso(places: dict[str, Floats]) -> Floats:
    """(N, P, 2) points inside shoulders and hips; NaN unless all four are known."""
    left_top, right_top, left_low, right_low = (places[name][:, None, None] for name in _CORNERS)
    down, aside = _ACROSS[:, None, None], _ACROSS[None, :, None]
    top = left_top + (right_top - left_top) * aside
    low = left_low + (right_low - left_low) * aside
    return np.asarray(top + (low - top) * down).reshape(len(top), -1, 2)


def _thighs(places: dict[str, Floats]) -> Floats:
    """(N, P, 2) points from hips to knees."""
    parts = []
    for hip, knee in zip(_CORNERS[2:], _KNEES, strict=True):
        start, end = places[hip][:, None], places[knee][:, None]
        parts.append(start + (end - start) * _ACROSS[:, None])
    return np.concatenate(parts, 1)


def _histograms(points: Floats, image: Bytes) -> Floats:
    """(N, COLOURS) shares of the colours at points (N, P, 2); NaN where a point has none."""
    height, width = image.shape[:2]
    inside = ((points >= 0) & (points < (width, height))).all((1, 2))
    shares = np.full((len(points), COLOURS), np.nan, np.float32)
    for person in np.flatnonzero(inside):
        x, y = points[person].astype(np.int64).T
        red, green, blue = (image[y, x].astype(np.int64) * LEVELS // 256).T
        # One code per pixel, 0..63, from the quantised red, green and blue.
        found = np.bincount((red * LEVELS + green) * LEVELS + blue, minlength=COLOURS)
        shares[person] = found / len(x)
    return shares
