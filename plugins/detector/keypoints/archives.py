"""NumPy archives of VideoPose3D (and Detectron through it) and of video-to-pose3D, which wraps it.

The layouts follow the sources of the writers. VideoPose3D: ``inference/infer_video*.py``,
``data/prepare_data_2d_custom.py``, and ``data_2d_detections.npz``; video-to-pose3D: ``kpts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .documents import size_of
from .parsed import DETECTRON, DETECTRON2, NO_SCORES, Float64s, ParsedKeypoints

_PERSON = 1
"""Detectron's class of people; class 0 is the background."""
_COCO_OR_H36M = ("coco17", "h36m17")
NpzArrays = Mapping[str, NDArray[Any]]


def are_positions(arrays: NpzArrays) -> bool:
    """Whether these are prepared keypoints of VideoPose3D."""
    return "positions_2d" in arrays


def are_detections(arrays: NpzArrays) -> bool:
    """Whether these are the people that ``infer_video`` found: boxes and keypoints of each."""
    there = {"boxes", "keypoints"} <= arrays.keys()
    return there and (arrays["keypoints"].dtype == object or arrays["keypoints"].ndim < 3)


def are_kpts(arrays: NpzArrays) -> bool:
    """Whether these are keypoints of video-to-pose3D."""
    points = arrays.get("kpts")
    return points is not None and (points.ndim != 4 and points.shape[1:2] != (33,))


def of_detections(arrays: NpzArrays, entry: str | None, names: tuple[str, ...]) -> ParsedKeypoints:
    """All people that ``infer_video`` found: boxes (n, 5), keypoints (n, 4, 17) in each frame.

    The four rows are x, y, a logit and a probability of each joint.
    """
    # Two columns of objects: class 0 is empty, class 1 holds the people of each frame.
    frames = arrays["keypoints"]
    if frames.ndim != 2 or frames.shape[1] <= _PERSON or frames.shape != arrays["boxes"].shape:
        raise ValueError(f"its keypoints have shape {frames.shape}, not (frames, classes)")
    # Every frame has its own number of people, so the arrays are joined with `of` as their key.
    people = [_stacked(frame, (4, 17)) for frame in frames[:, _PERSON]]
    boxes = [_stacked(frame, (5,)) for frame in arrays["boxes"][:, _PERSON]]
    counts = [len(frame) for frame in people]
    if counts != [len(frame) for frame in boxes]:
        raise ValueError("its boxes and keypoints are not of the same people")
    rows, corners = np.concatenate(people), np.concatenate(boxes)
    # detectron2's writer leaves the logits at 0, and its probabilities have another scale.
    by_detectron2 = not rows[:, 2].any()
    return ParsedKeypoints(
        format=DETECTRON2 if by_detectron2 else DETECTRON,
        images=range(len(frames)),
        of=np.repeat(np.arange(len(frames)), counts),
        points=rows[:, [0, 1, 3]].swapaxes(1, 2),
        boxes=corners[:, :4],
        box_scores=corners[:, 4].clip(0, 1),
        skeletons=("coco17",),
        size_wh=_size(_unpacked(arrays.get("metadata"))),
    )


def _stacked(people: Any, shape: tuple[int, ...]) -> Float64s:
    """(n, *shape) people of a frame, given as an array, a list of arrays, or an empty list."""
    found = np.asarray(people if len(people) else np.zeros((0, *shape)), np.float64)
    if found.shape[1:] != shape:
        raise ValueError(f"a frame holds people of shape {found.shape[1:]}, not {shape}")
    return found


def of_positions(arrays: NpzArrays, entry: str | None, names: tuple[str, ...]) -> ParsedKeypoints:
    """One person in every frame, by video (or by subject, action and camera).

    Args:
        arrays: by key.
        entry: which video, where there are several; None: the one with one of ``names``.
        names: names of the input.

    Raises:
        ValueError, TypeError, KeyError: there is no such video, or it holds something else.
    """
    content, metadata = _unpacked(arrays["positions_2d"]), _unpacked(arrays.get("metadata"))
    sequences = dict(_sequences(content))
    chosen = _choose(sequences, entry, names)
    sizes = metadata.get("video_metadata", {}) if isinstance(metadata, dict) else {}
    size = _size(sizes.get(chosen)) if isinstance(sizes, dict) else None
    return _of_sequence(np.asarray(sequences[chosen], np.float64), size)


def of_kpts(arrays: NpzArrays, entry: str | None, names: tuple[str, ...]) -> ParsedKeypoints:
    """One person in every frame, without scores."""
    return _of_sequence(np.asarray(arrays["kpts"], np.float64), None)


def _sequences(content: Any) -> Iterator[tuple[str, Any]]:
    """Each sequence by its name: ``clip.mp4``, or ``S1/Walking 1/0``."""
    for subject, actions in dict(content).items():
        for action, cameras in dict(actions).items():
            for number, camera in enumerate(cameras):
                parts = [str(subject)] + ([] if action == "custom" else [str(action)])
                yield "/".join(parts + ([str(number)] if len(cameras) > 1 else [])), camera


def _choose(sequences: Mapping[str, Any], entry: str | None, names: tuple[str, ...]) -> str:
    """The sequence with the name ``entry``, one named like the input, or the only one."""
    wanted = names if entry is None else (entry,)
    chosen = next((name for name in wanted if name in sequences), None)
    if chosen is None and entry is None and len(sequences) == 1:
        (chosen,) = sequences
    if chosen is None:
        known = ", ".join(list(sequences)[:5]) + (", ..." if len(sequences) > 5 else "")
        called = f"has the name {entry!r}" if entry else "is named like the input"
        raise ValueError(
            f"none of its {len(sequences)} videos {called}: give detector.entry=NAME ({known})"
        )
    return chosen


def _of_sequence(positions: Float64s, size_wh: tuple[int, int] | None) -> ParsedKeypoints:
    """(T, 17, 2), or with Detectron's probabilities (T, 17, 3): the one person of each frame."""
    if positions.ndim != 3 or positions.shape[1] != 17 or positions.shape[2] not in (2, 3):
        raise ValueError(f"its positions have shape {positions.shape}, not (frames, 17, 2 or 3)")
    scored = positions.shape[2] == 3
    # Without scores every joint counts as seen.
    points = positions if scored else np.insert(positions, 2, 1.0, axis=2)
    return ParsedKeypoints(
        format=DETECTRON if scored else NO_SCORES,
        images=range(len(points)),
        of=np.arange(len(points)),
        points=points.copy(),
        skeletons=_COCO_OR_H36M,  # published files name the wrong one in their metadata
        size_wh=size_wh,
    )


def _unpacked(array: NDArray[Any] | None) -> Any:
    """The content of a 0-d object array; None of any other."""
    return None if array is None or array.ndim else array.item()


def _size(metadata: Any) -> tuple[int, int] | None:
    if not isinstance(metadata, dict):
        return None
    return size_of(metadata.get("w"), metadata.get("h"))
