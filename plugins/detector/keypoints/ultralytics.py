"""Files of ultralytics (YOLO): JSON of results, and the folder ``labels`` of text files.

The layouts follow ``ultralytics/engine/results.py`` (summary, to_json and save_txt) and
``engine/predictor.py``, which numbers the label files of a video from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .joint_orders import COUNTS
from .json_text import parse
from .parsed import ULTRALYTICS, ULTRALYTICS_LABELS, Float64s, ImageName, ParsedKeypoints

_BOX = ("x1", "y1", "x2", "y2")
_PERSON = 0
_USUAL = 17
_BEFORE_JOINTS = 5
"""Class, and the box as middle, width and height."""


def is_clip(document: object) -> bool:
    """Whether a document is a list with the list, or its JSON text, of each frame's people."""
    if not isinstance(document, list) or not document:
        return False
    frames = [_opened(frame) for frame in document[:50]]
    return all(isinstance(frame, list) for frame in frames) and any(map(is_frame, frames))


def is_frame(document: object) -> bool:
    """Whether a document is the list of people of one frame."""
    person = document[0] if isinstance(document, list) and document else None
    points = person.get("keypoints") if isinstance(person, dict) else None
    return isinstance(points, dict) and {"x", "y"} <= points.keys()


def of_clip(document: Any) -> ParsedKeypoints:
    """Parse all frames, in their order.

    Raises:
        ValueError, TypeError, KeyError: it is no such document.
    """
    return of_frames(dict(enumerate(map(_opened, document))))


def of_frames(frames: Mapping[ImageName, Any]) -> ParsedKeypoints:
    """Parse the people of each frame, by the names of images."""
    people = [
        (index, person)
        for index, frame in enumerate(frames.values())
        for person in frame
        if isinstance(person.get("keypoints"), dict) and _is_person(person)
    ]
    rows = [_joints(person["keypoints"]) for _, person in people]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("its people have different numbers of joints")
    boxes = [person.get("box") or {} for _, person in people]
    scores = [person.get("confidence") for _, person in people]
    return ParsedKeypoints(
        format=ULTRALYTICS,
        images=list(frames),
        of=np.array([index for index, _ in people], np.int64),
        points=np.array(rows, np.float64) if rows else np.zeros((0, 0, 3)),
        boxes=np.array([[box.get(k, np.nan) for k in _BOX] for box in boxes]).reshape(-1, 4),
        box_scores=np.array([np.nan if score is None else float(score) for score in scores]),
        ids=_ids([person.get("track_id") for _, person in people]),
    )


def is_labels(text: str) -> bool:
    """Whether a text consists of lines ``class x y width height x y ...``, or of nothing."""
    try:
        rows = [[float(number) for number in line.split()] for line in text.splitlines()]
        return all(_layout(len(row)) for row in rows if row)
    except ValueError:
        return False


def of_labels(texts: Mapping[str, str]) -> ParsedKeypoints:
    """Parse the label files of a clip, by their names; all numbers are shares of the image.

    Raises:
        ValueError: a line has another number of values.
    """
    rows, of = [], []
    for index, text in enumerate(texts.values()):
        for line in filter(None, map(str.split, text.splitlines())):
            if int(float(line[0])) == _PERSON:
                rows.append([float(number) for number in line])
                of.append(index)
    layouts = {_layout(len(row)) for row in rows}
    if len(layouts) > 1 or None in layouts:
        raise ValueError("its lines differ in their number of values")
    joints, width = layouts.pop() or (0, 3) if layouts else (0, 3)
    end = _BEFORE_JOINTS + joints * width
    points = np.array([row[_BEFORE_JOINTS:end] for row in rows], np.float64)
    points = points.reshape(len(rows), joints, width)
    boxes = np.array([row[1:_BEFORE_JOINTS] for row in rows], np.float64).reshape(-1, 4)
    low = boxes[:, :2] - boxes[:, 2:] / 2
    scores, ids = _tails([row[end:] for row in rows])
    return ParsedKeypoints(
        format=ULTRALYTICS_LABELS,
        images=list(texts),
        of=np.array(of, np.int64),
        points=points if width == 3 else np.insert(points, 2, 0.0, axis=2),
        boxes=np.concatenate([low, low + boxes[:, 2:]], axis=1),
        box_scores=scores,
        ids=ids,
        first=1,
    )


def _layout(length: int) -> tuple[int, int] | None:
    """Joints, and numbers a joint, of a line; at most two numbers follow them.

    Several layouts may be as long: 17 joints are what the models have, with three numbers each.
    """
    found = [
        (joints != _USUAL, width == 2, rest, joints, width)
        for joints in COUNTS
        for width in (3, 2)
        if 0 <= (rest := length - _BEFORE_JOINTS - joints * width) <= 2
    ]
    return min(found)[3:] if found else None


def _tails(tails: Sequence[Sequence[float]]) -> tuple[Float64s, NDArray[np.int64] | None]:
    """Confidences and identities from the ends of lines: both, one of them, or none."""
    scores, ids = np.full(len(tails), np.nan), np.full(len(tails), -1)
    for row, tail in enumerate(tails):
        if tail and tail[0] <= 1:
            scores[row] = tail[0]
        if len(tail) == 2 or (tail and tail[0] > 1):
            ids[row] = int(tail[-1])
    return scores, None if (ids < 0).all() else ids


def _opened(frame: Any) -> Any:
    """A frame; ``result.to_json()`` is text, which some programs put into a list as it is."""
    return parse(frame.encode(), "a frame") if isinstance(frame, str) else frame


def _is_person(person: Mapping[str, Any]) -> bool:
    return bool(person.get("class", _PERSON) == _PERSON)


def _joints(points: Mapping[str, Any]) -> Float64s:
    """(K, 3) joints of a person; scores are 0 where the model gives none."""
    x, y = (np.asarray(points[axis], np.float64) for axis in "xy")
    seen = points.get("visible")
    return np.stack([x, y, np.zeros_like(x) if seen is None else np.asarray(seen, float)], axis=1)


def _ids(values: Sequence[Any]) -> NDArray[np.int64] | None:
    ids = np.array([-1 if value is None else int(value) for value in values], np.int64)
    return None if (ids < 0).all() else ids
