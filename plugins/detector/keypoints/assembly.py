"""From `ParsedKeypoints` to a `KeypointRecording`: named joints, numbered frames, boxes, scores."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from framework.skeletons import SKELETONS
from framework.types import Floats, Ints

from .config import MAX_SIDE, KeypointFilesConfig
from .joint_orders import skeleton_of
from .numbering import frame_numbers
from .parsed import Float64s, ParsedKeypoints
from .recording import KeypointRecording, boxes_around

_FARTHEST = 1e6
"""Pixels; a larger coordinate is a mistake of the writer."""


def recording_of(parsed: ParsedKeypoints, config: KeypointFilesConfig) -> KeypointRecording:
    """Give joints their names, images their frame numbers, and people boxes and scores.

    Raises:
        ValueError: the file contradicts the options, or its coordinates are not pixels.
    """
    candidates = parsed.skeletons if config.skeleton is None else (config.skeleton,)
    points = _without_missing(parsed.points)
    skeleton, order_note = skeleton_of(points, candidates)
    # Whole-body formats begin with the body.
    points = points[:, : len(skeleton.joints)].reshape(len(points), len(skeleton.joints), 3)
    index, frames, note = _frames(parsed, config)
    # People without any joint are nobody; the others are sorted by frame, as `people` expects.
    present = np.flatnonzero(np.isfinite(points[..., 0]).any(1))
    rows = present[np.argsort(frames[parsed.of[present]], kind="stable")]
    points, frame = points[rows], frames[parsed.of[rows]]
    threshold = parsed.format.score_threshold
    threshold = threshold if config.score_threshold is None else config.score_threshold
    return with_options(
        KeypointRecording(
            source=parsed.format.name,
            skeleton=skeleton,
            score_threshold=threshold,
            index=index,
            frame=frame,
            keypoints=points[..., :2].astype(np.float32),
            keypoint_scores=np.nan_to_num(points[..., 2]).astype(np.float32),
            boxes=_boxes(parsed, rows, points, threshold),
            box_scores=_box_scores(parsed, rows, points),
            ids=None if parsed.ids is None else parsed.ids[rows],
            size_wh=parsed.size_wh,
            notes=tuple(sentence for sentence in (order_note, note) if sentence),
        ),
        config,
    )


def _without_missing(points: Float64s) -> Float64s:
    """The points with NaN where a joint is missing: at (0, 0), or at a number beyond reason.

    Tools write zeros for joints that they did not find. Taken as pixels, such joints would pull
    boxes and poses into the corner of the image.

    Raises:
        ValueError: the coordinates are shares of the image, not pixels.
    """
    xy = points[..., :2]
    # Written so that NaN counts as absurd.
    absurd = ~(np.abs(points) < _FARTHEST).all(-1)
    missing = absurd | ~xy.any(-1)
    left = xy[~missing]
    # Nobody is one pixel tall: such files hold shares of the image.
    if left.size and np.abs(left).max() <= 1:
        raise ValueError(
            "its coordinates lie between -1 and 1: they are not pixels (of OpenPose, write them "
            "with --keypoint_scale 0)"
        )
    points = points.copy()
    points[missing] = np.nan
    return points


def _frames(parsed: ParsedKeypoints, config: KeypointFilesConfig) -> tuple[Ints, Ints, str]:
    """(T,) frames of the clip, (F,) the frame of each image, and a note for the user."""
    numbers = frame_numbers(parsed.images, config.frames, config.first_number)
    if numbers is None:
        frames = np.arange(len(parsed.images))
        skips = "; frames without people are not in it" if parsed.format.skips_empty else ""
        note = f"its images are taken as frames 0 to {len(frames) - 1} of the clip{skips}"
        return frames, frames, note
    frames = np.array(numbers, np.int64)
    last = int(frames.max(initial=-1))
    note = ""
    if frames.size and frames.min() == 1:
        note = "its images are numbered from 1: frame 0 has nobody, or give detector.first_number=1"
    return np.arange(last + 1), frames, note


def _boxes(parsed: ParsedKeypoints, rows: Ints, points: Float64s, threshold: float) -> Floats:
    """(P, 4) boxes of the tool; where it gives none, boxes around the joints."""
    boxes = boxes_around(points[..., :2], points[..., 2] >= threshold)
    if parsed.boxes is not None:
        given = parsed.boxes[rows]
        # A box without area would give a crop of no size in later stages.
        usable = (np.abs(given) < _FARTHEST).all(1) & (given[:, :2] < given[:, 2:]).all(1)
        boxes[usable] = given[usable]
    return boxes.astype(np.float32)


def _box_scores(parsed: ParsedKeypoints, rows: Ints, points: Float64s) -> Floats:
    """(P,) 0..1: those of the tool, or the mean score of the joints that are not missing."""
    scores = points[..., 2]
    known = np.isfinite(scores)
    means = np.where(known, scores, 0).sum(1) / np.maximum(known.sum(1), 1)
    given = np.full(len(rows), np.nan) if parsed.box_scores is None else parsed.box_scores[rows]
    scores = np.where(np.isfinite(given), given, means).clip(0, 1)
    return scores.astype(np.float32)


def with_options(recording: KeypointRecording, config: KeypointFilesConfig) -> KeypointRecording:
    """The recording with what the options say about the clip.

    Raises:
        ValueError: the file contradicts them.
    """
    size, fps = recording.size_wh, recording.fps
    if config.image_size_wh is not None:
        size = (config.image_size_wh[0], config.image_size_wh[1])
    if size is not None and not all(1 <= side <= MAX_SIDE for side in size):
        raise ValueError(f"its images are {size[0]}x{size[1]} pixels")
    if config.fps is not None:
        # A float such as 29.97 is no exact fraction; the nearest simple one is meant.
        fps = Fraction(config.fps).limit_denominator(1001)
    wanted = SKELETONS.get(config.skeleton or "", recording.skeleton)
    if wanted.joints != recording.skeleton.joints and len(recording.frame):
        raise ValueError(f"its joints are those of {recording.skeleton.name}, not {wanted.name}")
    return replace(recording, size_wh=size, fps=fps)
