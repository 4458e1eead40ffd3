"""JSON of AlphaPose, OpenPose and tools around COCO.

The layouts follow these sources. AlphaPose: ``alphapose/utils/pPose_nms.py`` (write_json).
OpenPose: doc/02_output.md. COCO: cocodataset.org, "Results Format" and "Data Format".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .flat import table
from .parsed import (
    ALPHAPOSE,
    COCO,
    COCO_FLAGS,
    OPENPOSE,
    Float64s,
    ImageName,
    ParsedKeypoints,
)

_PEOPLE = ("people", "bodies")
_JOINTS = ("pose_keypoints_2d", "pose_keypoints", "joints")
"""OpenPose now, OpenPose before 1.1, and AlphaPose's cmu form."""


def is_frame(document: object) -> bool:
    """Whether a document holds the people of one frame."""
    return isinstance(document, dict) and any(
        isinstance(document.get(key), list) for key in _PEOPLE
    )


def are_frames(document: object) -> bool:
    """Whether a document holds such frames by the names of their images."""
    return isinstance(document, dict) and bool(document) and all(map(is_frame, document.values()))


def are_entries(document: object) -> bool:
    """Whether a document is a list of people with the images in which they are."""
    first = document[0] if isinstance(document, list) and document else None
    if not isinstance(first, dict) or isinstance(first.get("keypoints"), dict):
        return False
    return "keypoints" in first and ("image_id" in first or "keypoint_scores" not in first)


def are_annotations(document: object) -> bool:
    """Whether a document is an annotation file of COCO."""
    return isinstance(document, dict) and isinstance(document.get("annotations"), list)


def of_frames(frames: Mapping[ImageName, Mapping[str, Any]]) -> ParsedKeypoints:
    """Parse frames of OpenPose, or of AlphaPose in the forms cmu and open, by image names."""
    people = [
        (index, person)
        for index, frame in enumerate(frames.values())
        for person in frame.get("people", frame.get("bodies"))
    ]
    joints = [_first_of(person, _JOINTS) for _, person in people]
    # OpenPose writes people of whom only face or hands were found with an empty body.
    kept = [row for row, numbers in enumerate(joints) if len(numbers)]
    points = table([joints[row] for row in kept], "keypoints")
    versions = {str(frame.get("version")) for frame in frames.values()}
    by_alphapose = any("AlphaPose" in version for version in versions)
    if by_alphapose and points.shape[1] == 18:
        # Its neck is the middle of the shoulders; with models of more than 17 joints AlphaPose
        # writes the top of the head there.
        points[:, 1] = points[:, [2, 5]].mean(1)
    return ParsedKeypoints(
        format=ALPHAPOSE if by_alphapose else OPENPOSE,
        images=list(frames),
        of=np.array([people[row][0] for row in kept], np.int64),
        points=points,
        ids=identities([people[row][1].get("person_id") for row in kept], unknown=-1),
    )


def of_entries(entries: list[Any]) -> ParsedKeypoints:
    """Parse AlphaPose's default form or COCO results, which differ in few keys.

    Raises:
        ValueError, TypeError, KeyError: an entry is something else.
    """
    if not all(isinstance(entry, dict) and "keypoints" in entry for entry in entries):
        raise ValueError("it is a list of something without keypoints")
    entries = _people(entries)
    points = table([entry["keypoints"] for entry in entries], "keypoints")
    images, of = _numbered(entry["image_id"] for entry in entries)
    # Only AlphaPose writes identities, boxes as ``box``, and names as image ids.
    first = entries[0] if entries else {}
    if "idx" in first or "box" in first or isinstance(first.get("image_id"), str):
        return ParsedKeypoints(
            format=ALPHAPOSE,
            images=images,
            of=of,
            points=points,
            boxes=_corners([entry.get("box") for entry in entries]),
            box_scores=_alphapose_box_scores(_scores(entries), points[..., 2]),
            ids=identities([entry.get("idx") for entry in entries], unknown=0),
        )
    return _coco(entries, points, images, of)


def of_annotations(document: Mapping[str, Any]) -> ParsedKeypoints:
    """Parse COCO's annotation files, which name the images and their size.

    Raises:
        ValueError, TypeError, KeyError: a part is something else.
    """
    by_id = {image["id"]: image for image in document.get("images", [])}
    entries = [entry for entry in document["annotations"] if _has_joints(entry)]
    indices = {number: index for index, number in enumerate(by_id)}
    of = np.array([indices[entry["image_id"]] for entry in entries], np.int64)
    names: list[ImageName] = [image.get("file_name", number) for number, image in by_id.items()]
    sizes = {(image.get("width"), image.get("height")) for image in by_id.values()}
    if len(sizes) > 1:
        raise ValueError(f"its images have {len(sizes)} sizes: they are not frames of one clip")
    points = table([entry["keypoints"] for entry in entries], "keypoints")
    size_wh = size_of(*sizes.pop()) if sizes else None
    return replace(_coco(entries, points, names, of), size_wh=size_wh)


def _has_joints(entry: Mapping[str, Any]) -> bool:
    joints = entry.get("keypoints")
    return joints is not None and len(joints) > 0


def _people(entries: list[Any]) -> list[Any]:
    """The entries of people: COCO's category 1, or 0 where a tool counts from it, or the only one.

    Raises:
        ValueError: there are several others.
    """
    categories = {entry.get("category_id", 1) for entry in entries}
    if len(categories) == 1:
        return entries
    person = next((known for known in (1, 0) if known in categories), None)
    if person is None:
        raise ValueError(f"its {len(categories)} categories are not those of people (1, or 0)")
    return [entry for entry in entries if entry.get("category_id", 1) == person]


def size_of(width: object, height: object) -> tuple[int, int] | None:
    """Width and height where both are numbers."""
    if isinstance(width, int | float) and isinstance(height, int | float):
        return int(width), int(height)
    return None


def _coco(
    entries: Sequence[Mapping[str, Any]],
    points: Float64s,
    images: Sequence[ImageName],
    of: NDArray[np.int64],
) -> ParsedKeypoints:
    """COCO: the third number is a flag (0 absent, 1 hidden, 2 visible) or a tool's score."""
    third = points[..., 2]
    # Not np.isin, which sorts millions of numbers.
    flags = bool(((third == 0) | (third == 1) | (third == 2)).all() and third.any())
    # A flag of 1 becomes the score 0.5, of 2 the score 1.
    if flags:
        points[third == 0] = 0
        third /= max(third.max(initial=1), 1)
    scores = _scores(entries)
    return ParsedKeypoints(
        format=COCO_FLAGS if flags else COCO,
        images=images,
        of=of,
        points=points,
        boxes=_corners([entry.get("bbox") for entry in entries]),
        box_scores=np.where((scores >= 0) & (scores <= 1), scores, np.nan),
        # PoseTrack's files, and trackers that write results of COCO.
        ids=identities([entry.get("track_id") for entry in entries], unknown=-1),
    )


def _alphapose_box_scores(scores: Float64s, joints: Float64s) -> Float64s:
    """The person detector's score, to which AlphaPose adds those of the joints.

    ``score = mean(joints) + box + 1.25 max(joints)`` in its pose suppression; NaN where the
    difference is no score, because another version wrote the file.
    """
    if not joints.size:
        return np.full(len(scores), np.nan)
    # Rounding in the file may lead a little outside 0..1.
    own = scores - joints.mean(1) - 1.25 * joints.max(1)
    return np.where((own > -0.05) & (own < 1.05), own.clip(0, 1), np.nan)


def _numbered(names: Iterable[Any]) -> tuple[list[ImageName], NDArray[np.int64]]:
    """Each image name once, in order of appearance, and the index into these for each entry."""
    indices: dict[ImageName, int] = {}
    of = []
    for name in names:
        if not isinstance(name, str | int):
            raise TypeError(f"an image_id is {name!r:.40}, neither a name nor a number")
        of.append(indices.setdefault(name, len(indices)))
    return list(indices), np.array(of, np.int64)


def identities(values: Sequence[Any], unknown: int) -> NDArray[np.int64] | None:
    """(P,) numbers of people, or None where the tool did not track.

    AlphaPose nests a number in a list for each pose that it merged into this one.
    """
    numbers = []
    for value in values:
        while isinstance(value, list | np.ndarray):
            value = value[0] if len(value) else None  # noqa: PLW2901
        numbers.append(-1 if value is None else int(value))
    ids = np.array(numbers, np.int64)
    return None if np.isin(ids, (-1, unknown)).all() else ids


def _corners(boxes: Sequence[Any]) -> Float64s:
    """(P, 4) corners of boxes ``x y width height``; NaN where there is none."""
    absent = [np.nan] * 4
    corners = np.array([absent if box is None else box for box in boxes], np.float64)
    corners = corners.reshape(len(boxes), 4)
    corners[:, 2:] += corners[:, :2]
    return corners


def _scores(entries: Sequence[Mapping[str, Any]]) -> Float64s:
    """(P,) scores of people, NaN where there is none."""
    scores = [entry.get("score") for entry in entries]
    return np.array([np.nan if score is None else float(score) for score in scores], np.float64)


def _first_of(person: Mapping[str, Any], keys: Iterable[str]) -> Any:
    value = next(chain((person[key] for key in keys if key in person), [None]))
    if not isinstance(value, list | np.ndarray):
        raise ValueError(f"a person has no list of keypoints, only {', '.join(person)[:60]}")
    return value
