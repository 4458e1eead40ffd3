"""What a parser found becomes a `Recording`: joints get names, pictures frames, people boxes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from framework.skeletons import SKELETONS
from framework.types import Floats, Ints

from .config import MAX_SIDE, KeypointsConfig
from .found import Doubles, Found
from .numbering import frame_numbers
from .orders import skeleton_of
from .recording import Recording, boxes_around

_FARTHEST = 1e6
"""Pixels; farther away is no place in a picture."""


def recording_of(found: Found, config: KeypointsConfig) -> Recording:
    """Give joints their names, pictures their frames, and people boxes and scores.

    Raises:
        ValueError: the file does not fit what the user says, or holds no pixels.
    """
    candidates = found.skeletons if config.skeleton is None else (config.skeleton,)
    points = _without_missing(found.points)
    skeleton, judged = skeleton_of(points, candidates)
    points = points[:, : len(skeleton.joints)].reshape(len(points), len(skeleton.joints), 3)
    index, frames, note = _frames(found, config)
    there = np.flatnonzero(np.isfinite(points[..., 0]).any(1))
    rows = there[np.argsort(frames[found.of[there]], kind="stable")]
    points, frame = points[rows], frames[found.of[rows]]
    threshold = found.format.score_threshold
    threshold = threshold if config.score_threshold is None else config.score_threshold
    return as_told(
        Recording(
            source=found.format.name,
            skeleton=skeleton,
            score_threshold=threshold,
            index=index,
            frame=frame,
            keypoints=points[..., :2].astype(np.float32),
            keypoint_scores=np.nan_to_num(points[..., 2]).astype(np.float32),
            boxes=_boxes(found, rows, points, threshold),
            box_scores=_box_scores(found, rows, points),
            ids=None if found.ids is None else found.ids[rows],
            size_wh=found.size_wh,
            notes=tuple(sentence for sentence in (judged, note) if sentence),
        ),
        config,
    )


def _without_missing(points: Doubles) -> Doubles:
    """The points with NaN where a joint is missing: at 0, 0, or at no number."""
    xy = points[..., :2]
    absurd = ~(np.abs(points) < _FARTHEST).all(-1)
    missing = absurd | ~xy.any(-1)
    left = xy[~missing]
    if left.size and np.abs(left).max() <= 1:
        raise ValueError(
            "its coordinates lie between -1 and 1: they are not pixels (of OpenPose, write them "
            "with --keypoint_scale 0)"
        )
    points = points.copy()
    points[missing] = np.nan
    return points


def _frames(found: Found, config: KeypointsConfig) -> tuple[Ints, Ints, str]:
    """(T,) frames of the clip, (F,) the frame of each picture, and a note."""
    numbers = frame_numbers(found.pictures, config.frames, config.first_number)
    if numbers is None:
        places = np.arange(len(found.pictures))
        skips = "; frames without people are not in it" if found.format.skips_empty else ""
        note = f"its pictures are taken as the frames 0 to {len(places) - 1} of the clip{skips}"
        return places, places, note
    frames = np.array(numbers, np.int64)
    last = int(frames.max(initial=-1))
    note = ""
    if frames.size and frames.min() == 1:
        note = "its pictures are numbered from 1: frame 0 has nobody, or give first_number=1"
    return np.arange(last + 1), frames, note


def _boxes(found: Found, rows: Ints, points: Doubles, threshold: float) -> Floats:
    """(P, 4) the tool's own boxes; where it has none, around the joints."""
    boxes = boxes_around(points[..., :2], points[..., 2] >= threshold)
    if found.boxes is not None:
        given = found.boxes[rows]
        good = (np.abs(given) < _FARTHEST).all(1) & (given[:, :2] < given[:, 2:]).all(1)
        boxes[good] = given[good]
    return boxes.astype(np.float32)


def _box_scores(found: Found, rows: Ints, points: Doubles) -> Floats:
    """(P,) 0..1: the tool's own, or the mean score of the joints that are there."""
    scores = points[..., 2]
    known = np.isfinite(scores)
    means = np.where(known, scores, 0).sum(1) / np.maximum(known.sum(1), 1)
    given = np.full(len(rows), np.nan) if found.box_scores is None else found.box_scores[rows]
    scores = np.where(np.isfinite(given), given, means).clip(0, 1)
    return scores.astype(np.float32)


def as_told(recording: Recording, config: KeypointsConfig) -> Recording:
    """The recording with what the user says about the clip.

    Raises:
        ValueError: that cannot be.
    """
    size, fps = recording.size_wh, recording.fps
    if config.image_size_wh is not None:
        size = (config.image_size_wh[0], config.image_size_wh[1])
    if size is not None and not all(1 <= side <= MAX_SIDE for side in size):
        raise ValueError(f"its pictures are {size[0]}x{size[1]}")
    if config.fps is not None:
        fps = Fraction(config.fps).limit_denominator(1001)
    known = SKELETONS.get(config.skeleton or "", recording.skeleton)
    if known.joints != recording.skeleton.joints and len(recording.frame):
        raise ValueError(f"its joints are those of {recording.skeleton.name}, not {known.name}")
    return replace(recording, size_wh=size, fps=fps)
