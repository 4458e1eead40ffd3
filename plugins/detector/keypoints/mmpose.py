"""JSON of MMPose: of its inferencer, and of its demos with ``--save-predictions``.

The layouts follow ``mmpose/structures/utils.py`` (split_instances),
``mmpose/apis/inferencers/base_mmpose_inferencer.py`` and ``demo/topdown_demo_with_mmdet.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .flat import table
from .parsed import MMPOSE, Float64s, ImageName, ParsedKeypoints


def is_clip(document: object) -> bool:
    """Whether a document is a list of frames with ``instances``, or holds one."""
    if isinstance(document, dict):
        return isinstance(document.get("instance_info"), list)
    return _are(document, "instances")


def is_frame(document: object) -> bool:
    """Whether a document is the list of people of one image."""
    return _are(document, "keypoint_scores")


def of_clip(document: Any) -> ParsedKeypoints:
    """Parse the frames of a video.

    Raises:
        ValueError, TypeError, KeyError: it is no such document.
    """
    whole = isinstance(document, dict)
    frames = document["instance_info"] if whole else document
    meta = document.get("meta_info") if whole else None
    numbers = [frame.get("frame_id", index) for index, frame in enumerate(frames)]
    people = [frame["instances"] for frame in frames]
    # The demos count frames from 1, the inferencer from 0.
    return _parsed(numbers, people, _names(meta), first=1 if whole else 0)


def of_frames(frames: Mapping[ImageName, Any]) -> ParsedKeypoints:
    """Parse a file for each image, by their names."""
    return _parsed(list(frames), list(frames.values()), ())


def _are(document: object, key: str) -> bool:
    return (
        isinstance(document, list)
        and bool(document)
        and isinstance(document[0], dict)
        and key in document[0]
    )


def _parsed(
    images: list[ImageName], people: Sequence[Any], joints: tuple[str, ...], first: int = 0
) -> ParsedKeypoints:
    everybody = [(index, person) for index, frame in enumerate(people) for person in frame]
    if not all(isinstance(person, dict) for _, person in everybody):
        raise ValueError("its instances are not those of MMPose")
    points = table([person["keypoints"] for _, person in everybody], "keypoints")
    scores = [person.get("keypoint_scores") for _, person in everybody]
    if scores and all(each is not None for each in scores):
        points[..., 2] = np.array(scores, np.float64).reshape(points.shape[:2])
    return ParsedKeypoints(
        format=MMPOSE,
        images=images,
        of=np.array([index for index, _ in everybody], np.int64),
        points=points,
        boxes=_boxes([person.get("bbox") for _, person in everybody]),
        box_scores=np.array([_score(person.get("bbox_score")) for _, person in everybody]),
        joints=joints,
        first=first,
    )


def _boxes(boxes: Sequence[Any]) -> Float64s:
    """(P, 4) corners; MMPose nests them in a list of one."""
    absent = [np.nan] * 4
    return np.array(
        [absent if box is None else np.ravel(box) for box in boxes], np.float64
    ).reshape(len(boxes), 4)


def _score(score: Any) -> float:
    return np.nan if score is None else float(score)


def _names(meta: Any) -> tuple[str, ...]:
    """Names of the joints, where the model's description lists them: ``{"0": "nose", ...}``."""
    names = meta.get("keypoint_id2name") if isinstance(meta, dict) else None
    if not isinstance(names, dict) or not names:
        return ()
    return tuple(str(names[key]) for key in sorted(names, key=int))
