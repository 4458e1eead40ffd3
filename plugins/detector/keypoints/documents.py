"""JSON that AlphaPose, OpenPose and tools around COCO write.

AlphaPose: ``alphapose/utils/pPose_nms.py`` (write_json). OpenPose: doc/02_output.md. COCO:
cocodataset.org, "Results Format" and "Data Format".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .found import ALPHAPOSE, COCO, COCO_FLAGS, OPENPOSE, Doubles, Found, Picture, table

_PEOPLE = ("people", "bodies")
_JOINTS = ("pose_keypoints_2d", "pose_keypoints", "joints")
"""OpenPose now, OpenPose before 1.1, and AlphaPose's cmu form."""
_FLAGS = (0, 1, 2)


def is_frame(document: object) -> bool:
    """Whether a document holds the people of one frame."""
    return isinstance(document, dict) and any(
        isinstance(document.get(key), list) for key in _PEOPLE
    )


def of_document(document: object) -> Found:
    """Take people out of a document that holds those of all frames.

    Raises:
        ValueError, TypeError, KeyError: it is no such document.
    """
    if isinstance(document, list):
        return _of_list(document)
    if not isinstance(document, dict):
        raise ValueError("it is neither a list nor an object")
    if is_frame(document):
        raise ValueError("it is a single frame; give the folder (or a zip) with all of them")
    if isinstance(document.get("annotations"), list):
        return _of_annotations(document)
    if document and all(is_frame(frame) for frame in document.values()):
        return of_frames(document)
    keys = ", ".join(repr(str(key)[:30]) for key in list(document)[:4])
    raise ValueError(f"its keys ({keys}) are those of no known tool")


def of_frames(frames: Mapping[Picture, Mapping[str, Any]]) -> Found:
    """OpenPose's frames, or AlphaPose's in the forms cmu and open, by the names of the pictures."""
    people = [
        (place, person)
        for place, frame in enumerate(frames.values())
        for person in frame.get("people", frame.get("bodies"))
    ]
    joints = [_first_of(person, _JOINTS) for _, person in people]
    kept = [row for row, numbers in enumerate(joints) if len(numbers)]
    points = table([joints[row] for row in kept], "keypoints")
    versions = {str(frame.get("version")) for frame in frames.values()}
    by_alphapose = any("AlphaPose" in version for version in versions)
    if by_alphapose and points.shape[1] == 18:
        # Its neck is this mean; of models with more than 17 joints it writes another joint there.
        points[:, 1] = points[:, [2, 5]].mean(1)
    return Found(
        format=ALPHAPOSE if by_alphapose else OPENPOSE,
        pictures=list(frames),
        of=np.array([people[row][0] for row in kept], np.int64),
        points=points,
        ids=_identities([people[row][1].get("person_id") for row in kept], unknown=-1),
    )


def _of_list(entries: list[Any]) -> Found:
    """AlphaPose's default form, and COCO results, which look alike."""
    if not entries:
        raise ValueError("it is an empty list: nobody was found in any picture")
    if not all(isinstance(entry, dict) and "keypoints" in entry for entry in entries):
        raise ValueError("it is a list of something without keypoints")
    entries = [entry for entry in entries if entry.get("category_id", 1) == 1]
    points = table([entry["keypoints"] for entry in entries], "keypoints")
    pictures, of = _pictures(entry["image_id"] for entry in entries)
    first = entries[0] if entries else {}
    if "idx" in first or "box" in first or isinstance(first.get("image_id"), str):
        return Found(
            format=ALPHAPOSE,
            pictures=pictures,
            of=of,
            points=points,
            boxes=_corners([entry.get("box") for entry in entries]),
            box_scores=_alphapose_box_scores(_scores(entries), points[..., 2]),
            ids=_identities([entry.get("idx") for entry in entries], unknown=0),
        )
    return _coco(entries, points, pictures, of)


def _of_annotations(document: Mapping[str, Any]) -> Found:
    """COCO's files of annotations, which name the pictures and their size."""
    images = {image["id"]: image for image in document.get("images", [])}
    entries = [entry for entry in document["annotations"] if entry.get("keypoints")]
    places = {number: place for place, number in enumerate(images)}
    of = np.array([places[entry["image_id"]] for entry in entries], np.int64)
    names: list[Picture] = [image.get("file_name", number) for number, image in images.items()]
    sizes = {(image.get("width"), image.get("height")) for image in images.values()}
    if len(sizes) > 1:
        raise ValueError(f"its pictures have {len(sizes)} sizes: they are not frames of one clip")
    points = table([entry["keypoints"] for entry in entries], "keypoints")
    size_wh = size_of(*sizes.pop()) if sizes else None
    return replace(_coco(entries, points, names, of), size_wh=size_wh)


def size_of(width: object, height: object) -> tuple[int, int] | None:
    """Width and height where both are numbers."""
    if isinstance(width, int | float) and isinstance(height, int | float):
        return int(width), int(height)
    return None


def _coco(
    entries: Sequence[Mapping[str, Any]],
    points: Doubles,
    pictures: Sequence[Picture],
    of: NDArray[np.int64],
) -> Found:
    """The third number is COCO's flag (0 absent, 1 hidden, 2 seen) or a tool's score."""
    third = points[..., 2]
    flags = bool(np.isin(third, _FLAGS).all())
    if flags:
        points[third == 0] = 0
        third /= max(third.max(initial=1), 1)
    scores = _scores(entries)
    return Found(
        format=COCO_FLAGS if flags else COCO,
        pictures=pictures,
        of=of,
        points=points,
        boxes=_corners([entry.get("bbox") for entry in entries]),
        box_scores=np.where((scores >= 0) & (scores <= 1), scores, np.nan),
    )


def _alphapose_box_scores(scores: Doubles, joints: Doubles) -> Doubles:
    """The person detector's score, which AlphaPose adds up with those of the joints.

    ``score = mean(joints) + box + 1.25 max(joints)``; NaN where that cannot be.
    """
    if not joints.size:
        return np.full(len(scores), np.nan)
    own = scores - joints.mean(1) - 1.25 * joints.max(1)
    return np.where((own > -0.05) & (own < 1.05), own.clip(0, 1), np.nan)


def _pictures(names: Iterable[Any]) -> tuple[list[Picture], NDArray[np.int64]]:
    """Each name once, in order of appearance, and the place of each entry's."""
    places: dict[Picture, int] = {}
    of = []
    for name in names:
        if not isinstance(name, str | int):
            raise TypeError(f"an image_id is {name!r:.40}, neither a name nor a number")
        of.append(places.setdefault(name, len(places)))
    return list(places), np.array(of, np.int64)


def _identities(values: Sequence[Any], unknown: int) -> NDArray[np.int64] | None:
    """(P,) numbers of people, or None where nobody was followed.

    A number may stand in lists, one for each pose that AlphaPose merged into one.
    """
    numbers = []
    for value in values:
        while isinstance(value, list):
            value = value[0] if value else None  # noqa: PLW2901
        numbers.append(-1 if value is None else int(value))
    ids = np.array(numbers, np.int64)
    return None if np.isin(ids, (-1, unknown)).all() else ids


def _corners(boxes: Sequence[Any]) -> Doubles:
    """(P, 4) corners of boxes ``x y width height``; NaN where there is none."""
    absent = [np.nan] * 4
    corners = np.array([absent if box is None else box for box in boxes], np.float64)
    corners = corners.reshape(len(boxes), 4)
    corners[:, 2:] += corners[:, :2]
    return corners


def _scores(entries: Sequence[Mapping[str, Any]]) -> Doubles:
    """(P,) scores of people, NaN where there is none."""
    scores = [entry.get("score") for entry in entries]
    return np.array([np.nan if score is None else float(score) for score in scores], np.float64)


def _first_of(person: Mapping[str, Any], keys: Iterable[str]) -> list[Any]:
    value = next(chain((person[key] for key in keys if key in person), [None]))
    if not isinstance(value, list):
        raise ValueError(f"a person has no list of keypoints, only {', '.join(person)[:60]}")
    return value
