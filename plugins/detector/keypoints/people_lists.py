"""Lists of people frame by frame: OpenPifPaf, and PoseNet, MoveNet or BlazePose of TensorFlow.js.

OpenPifPaf writes ``{"frame": 1, "predictions": [...]}`` a line for a video, and a list for each
image. The models of TensorFlow.js return a list of people, whose joints have names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .documents import identities
from .flat import table
from .parsed import PEOPLE_LISTS, Float64s, ImageName, ParsedKeypoints

_LISTS = ("predictions", "poses", "persons", "detections")
_NUMBERS = ("frame", "frame_id", "frame_index", "frame_number")
_IDENTITIES = ("track_id", "id_", "id")
_SCORES = ("score", "confidence", "visibility")


def is_clip(document: object) -> bool:
    """Whether a document is a list of frames, one of which has people."""
    return isinstance(document, list) and any(is_frame(frame) for frame in document)


def is_frame(document: object) -> bool:
    """Whether a document is a list of people with ``keypoints``, alone or under a usual key."""
    people = _people(document)
    return bool(people) and all(isinstance(p, dict) and "keypoints" in p for p in people)


def of_clip(document: Any) -> ParsedKeypoints:
    """Parse all frames, by their numbers where all have one.

    Raises:
        ValueError, TypeError, KeyError: it is no such document.
    """
    numbers = {_number(frame): frame for frame in document}
    if None in numbers or len(numbers) < len(document):
        return of_frames(dict[ImageName, Any](enumerate(document)))
    return of_frames({int(str(number)): frame for number, frame in numbers.items()})


def of_frames(frames: Mapping[ImageName, Any]) -> ParsedKeypoints:
    """Parse the people of each frame, by the names of images."""
    people = [
        (index, person)
        for index, frame in enumerate(frames.values())
        for person in _people(frame)
        if person.get("category_id", 1) == 1
    ]
    joints = [person["keypoints"] for _, person in people]
    named = [marks for marks in joints if len(marks) and isinstance(marks[0], dict)]
    names = _names(named[0]) if named else ()
    scores = [person.get("score") for _, person in people]
    return ParsedKeypoints(
        format=PEOPLE_LISTS,
        images=list(frames),
        of=np.array([index for index, _ in people], np.int64),
        points=table([_points(marks) for marks in joints], "keypoints"),
        box_scores=np.array([np.nan if score is None else float(score) for score in scores]),
        ids=identities([_first(person, _IDENTITIES) for _, person in people], unknown=-1),
        joints=names if all(_names(marks) == names for marks in named) else (),
    )


def _people(frame: object) -> list[Any]:
    if isinstance(frame, dict):
        frame = next((frame[key] for key in _LISTS if key in frame), None)
    return frame if isinstance(frame, list) else []


def _number(frame: Any) -> int | None:
    number = _first(frame, _NUMBERS) if isinstance(frame, dict) else None
    return number if isinstance(number, int) else None


def _first(values: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((values[key] for key in keys if key in values), None)


def _points(marks: Any) -> Any:
    """Numbers of a person, as a flat list or (K, 3) from objects with a place and a score."""
    if not len(marks) or not isinstance(marks[0], dict):
        return marks
    points: Float64s = np.array(
        [(*_place(mark), _first(mark, _SCORES) or 0.0) for mark in marks], np.float64
    )
    return points


def _place(mark: Mapping[str, Any]) -> tuple[Any, Any]:
    position = mark.get("position", mark)
    return position["x"], position["y"]


def _names(marks: Any) -> tuple[str, ...]:
    """Names of the joints; () where one has none."""
    names = [_first(mark, ("name", "part")) for mark in marks]
    return () if None in names else tuple(map(str, names))
