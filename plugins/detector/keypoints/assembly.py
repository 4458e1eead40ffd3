"""From `ParsedKeypoints` to a `KeypointRecording`: named joints, numbered frames, boxes, scores."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from framework.skeletons import SKELETONS, Skeleton
from framework.types import Floats, Ints

from .config import MAX_FPS, MAX_SIDE, MIN_FPS, KeypointFilesConfig
from .coordinates import SHARES_OF, are_shares, clear_missing, fill_scores
from .joint_names import by_names
from .joint_orders import skeleton_of
from .numbering import frame_numbers
from .parsed import Float64s, ParsedKeypoints
from .recording import KeypointRecording, boxes_around

_LARGEST_BOX = 1e6
"""Pixels; a box that reaches farther is a mistake of the writer."""
_MOST_PEOPLE = 1000
"""In one frame; a file with more has people of many images under one name."""
_LATEST_S = 1e7
"""Seconds; four months."""
_SHORTEST_STEP_S = 1e-5
_LONGEST_GAP_S = 3600.0
"""Seconds between two frames of a clip; longer ones are times of different clips."""


def recording_of(parsed: ParsedKeypoints, config: KeypointFilesConfig) -> KeypointRecording:
    """Give joints their names, images their frame numbers, and people boxes and scores.

    The points of ``parsed`` are changed.

    Raises:
        ValueError: the file contradicts the options, or its coordinates are not pixels.
    """
    clear_missing(parsed.points)
    points, skeleton, order_note = _named(parsed.points, parsed, config)
    score_note = fill_scores(points)
    shares = are_shares(points)
    if shares:
        points[..., :2] *= SHARES_OF
    index, frames, note = _frames(parsed, config)
    # People without any joint are nobody; the others are sorted by frame, as `people` expects.
    present = np.flatnonzero(np.isfinite(points[..., 0]).any(1))
    rows = present[np.argsort(frames[parsed.of[present]], kind="stable")]
    if not np.array_equal(rows, np.arange(len(points))):
        points = points[rows]
    frame = frames[parsed.of[rows]]
    _check_crowd(frame)
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
            boxes=_boxes(parsed, rows, points, threshold, SHARES_OF if shares else 1),
            box_scores=_box_scores(parsed, rows, points),
            ids=None if parsed.ids is None else parsed.ids[rows],
            size_wh=parsed.size_wh,
            shares=shares,
            fps=_fraction(parsed.fps if config.fps is None else config.fps),
            notes=tuple(sentence for sentence in (order_note, score_note, note) if sentence),
        ),
        config,
    )


def _named(
    points: Float64s, parsed: ParsedKeypoints, config: KeypointFilesConfig
) -> tuple[Float64s, Skeleton, str]:
    """(P, J, 3) in the order of a skeleton: by the names of joints, or by their order."""
    names = config.joints or parsed.joints
    count = points.shape[1]
    stated = SKELETONS.get(config.skeleton or "")
    # A skeleton of as many joints as a file has states their order, whatever their names.
    by_order = stated is not None and not config.joints and len(stated.joints) == count
    if names and len(points) and not by_order:
        return by_names(points, names, config.skeleton)
    candidates = parsed.skeletons if config.skeleton is None else (config.skeleton,)
    skeleton, note = skeleton_of(points, candidates)
    # Whole-body formats begin with the body.
    points = points[:, : len(skeleton.joints)].reshape(len(points), len(skeleton.joints), 3)
    return points, skeleton, note


def _check_crowd(frame: Ints) -> None:
    """Raise ValueError when one frame has more people than any tool finds."""
    numbers, counts = np.unique(frame, return_counts=True)
    if counts.max(initial=0) > _MOST_PEOPLE:
        raise ValueError(
            f"it has {counts.max():,} people in frame {numbers[counts.argmax()]}, more than "
            f"{_MOST_PEOPLE:,}: people of several images have the same name or number"
        )


def _frames(parsed: ParsedKeypoints, config: KeypointFilesConfig) -> tuple[Ints, Ints, str]:
    """(T,) frames of the clip, (F,) the frame of each image, and a note for the user."""
    numbers = frame_numbers(parsed.images, config.frames, config.first_number or 0)
    if numbers is None:
        frames = np.arange(len(parsed.images))
        skips = "; frames without people are not in it" if parsed.format.skips_empty else ""
        note = f"its images are taken as frames 0 to {len(frames) - 1} of the clip{skips}"
        return frames, frames, note
    frames, note = np.array(numbers, np.int64), ""
    if config.first_number is None and frames.size and 0 < parsed.first <= frames.min():
        frames = frames - parsed.first
        note = (
            f"images of {parsed.format.name} are counted from {parsed.first}; give "
            "detector.first_number=0 if these are not"
        )
    elif frames.size and frames.min() == 1:
        note = "its images are numbered from 1: frame 0 has nobody, or give detector.first_number=1"
    return np.arange(int(frames.max(initial=-1)) + 1), frames, note


def _boxes(
    parsed: ParsedKeypoints, rows: Ints, points: Float64s, threshold: float, scale: int
) -> Floats:
    """(P, 4) boxes of the tool, scaled; where it gives none, boxes around the joints."""
    boxes = boxes_around(points[..., :2], points[..., 2] >= threshold)
    if parsed.boxes is not None:
        given = parsed.boxes[rows] * scale
        # A box without area would give a crop of no size in later stages.
        usable = (np.abs(given) < _LARGEST_BOX).all(1) & (given[:, :2] < given[:, 2:]).all(1)
        boxes[usable] = given[usable]
    return boxes.astype(np.float32)


def _box_scores(parsed: ParsedKeypoints, rows: Ints, points: Float64s) -> Floats:
    """(P,) 0..1: those of the tool, or the mean score of the joints that are not missing.

    Scores that are all 0 are none; trackers would follow nobody.
    """
    scores = points[..., 2]
    known = np.isfinite(scores)
    means = np.where(known, scores, 0).sum(1) / np.maximum(known.sum(1), 1)
    given = np.full(len(rows), np.nan) if parsed.box_scores is None else parsed.box_scores[rows]
    stated = np.isfinite(given) & bool((given > 0).any())
    scores = np.where(stated, given, means).clip(0, 1)
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
        fps = _fraction(config.fps)
    if fps is not None and not MIN_FPS <= fps <= MAX_FPS:
        raise ValueError(
            f"it states {float(fps):.6g} frames per second, which no film has: give detector.fps=N"
        )
    _check_times(recording)
    wanted = SKELETONS.get(config.skeleton or "", recording.skeleton)
    if wanted.joints != recording.skeleton.joints and len(recording.frame):
        raise ValueError(f"its joints are those of {recording.skeleton.name}, not {wanted.name}")
    recording = replace(recording, fps=fps)
    if recording.shares:
        return recording if size is None else recording.in_pixels_of(size)
    return replace(recording, size_wh=size)


def _check_times(recording: KeypointRecording) -> None:
    """Raise ValueError for times that are not those of one clip."""
    times = recording.time_s
    if times is None or not len(times):
        return
    steps = np.diff(times)
    if not (np.abs(times) < _LATEST_S).all() or (steps < _SHORTEST_STEP_S).any():
        raise ValueError("the times of its frames do not rise, or are beyond reason")
    # Frames that a stage left out are a gap; hours of it are no clip.
    if steps.max(initial=0) > _LONGEST_GAP_S:
        frame = int(recording.index[steps.argmax()])
        raise ValueError(
            f"after frame {frame} its times leap by {steps.max():,.0f} s: they are not of one clip"
        )


def _fraction(fps: float | None) -> Fraction | None:
    """A rate as a fraction; a float such as 29.97 is none, so the nearest simple one is meant.

    Raises:
        ValueError: it is no number.
    """
    if fps is None:
        return None
    if not np.isfinite(fps):
        raise ValueError(f"it states {fps} frames per second")
    return Fraction(fps).limit_denominator(1001)
