"""Landmarks of MediaPipe's pose models, as programs dump them to JSON.

The library writes no files itself. Known are lists of 33 objects ``{x, y, z, visibility}`` (also as
protobuf's JSON, ``{"landmark": [...]}``), one a frame or one for each person of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .parsed import MEDIAPIPE, Float64s, ImageName, ParsedKeypoints

_COUNT = 33
_KEYS = (
    "pose_landmarks",
    "poseLandmarks",
    "landmarks",
    "landmark",
    "keypoints",
    "pose",
    "people",
)
_FRAMES = ("frames", "results", "data")
_NUMBERS = ("frame", "frame_index", "frame_id", "frameIndex", "frame_number")


def is_clip(document: object) -> bool:
    """Whether a document holds landmarks of frames, in a list or an object of them."""
    frames = _frames(document)
    return frames is not None and any(is_frame(frame) for frame in frames.values())


def is_frame(document: object) -> bool:
    """Whether a document holds the landmarks of one frame."""
    return bool(_people(document))


def of_clip(document: Any) -> ParsedKeypoints:
    """Parse all frames.

    Raises:
        ValueError, TypeError, KeyError: a landmark is not whole.
    """
    return of_frames(_frames(document) or {})


def of_frames(frames: Mapping[ImageName, Any]) -> ParsedKeypoints:
    """Parse the landmarks of each frame, by the names of images."""
    people = [
        (index, person)
        for index, frame in enumerate(frames.values())
        for person in _people(frame) or []
    ]
    points = np.array([_joints(person) for _, person in people], np.float64)
    return ParsedKeypoints(
        format=MEDIAPIPE,
        images=list(frames),
        of=np.array([index for index, _ in people], np.int64),
        points=points.reshape(len(people), _COUNT, 3),
        skeletons=("blazepose33",),
    )


def _frames(document: object) -> dict[ImageName, Any] | None:
    """Frames by their numbers, in whichever list or object they lie."""
    if isinstance(document, dict):
        inner = next((document[key] for key in _FRAMES if key in document), None)
        if isinstance(inner, list | dict):
            return _frames(inner)
        # Frames by name or number; a single frame has keys of its own.
        return None if is_frame(document) else dict(document)
    if not isinstance(document, list) or _is_person(document):
        return None
    numbers: dict[ImageName, Any] = {
        number: frame for frame in document if (number := _number(frame)) is not None
    }
    return numbers if len(numbers) == len(document) else _in_order(document)


def _in_order(frames: list[Any]) -> dict[ImageName, Any]:
    return dict[ImageName, Any](enumerate(frames))


def _number(frame: object) -> int | None:
    if not isinstance(frame, dict):
        return None
    number = next((frame[key] for key in _NUMBERS if key in frame), None)
    return number if isinstance(number, int) else None


def _people(frame: object) -> list[Any] | None:
    """The people of a frame, each a list of landmarks; None where it is no frame."""
    if isinstance(frame, dict):
        values = [frame.get(key) for key in _KEYS]
        marks = next((value for value in values if isinstance(value, list | dict) and value), None)
        return _people(marks) if marks else None
    if not isinstance(frame, list):
        return None
    if _is_person(frame):
        return [frame]
    people = [_people(person) for person in frame]
    return [person[0] for person in people if person] or None


def _is_person(landmarks: object) -> bool:
    return (
        isinstance(landmarks, list)
        and len(landmarks) == _COUNT
        and all(isinstance(mark, dict) and {"x", "y"} <= mark.keys() for mark in landmarks)
    )


def _joints(landmarks: list[Mapping[str, Any]]) -> Float64s:
    """(33, 3) x, y and visibility; landmarks without it score 0."""
    return np.array(
        [(mark["x"], mark["y"], mark.get("visibility", 0) or 0) for mark in landmarks], np.float64
    )
