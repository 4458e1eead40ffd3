"""Arrays of keypoints without the conventions of a tool: npy, npz, or lists within lists in JSON.

FreeMoCap's 2D data are among them: (cameras, frames, points, 2 or 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.npz import MAX_BYTES, check_length, read_header

from .parsed import ARRAY, Float64s, ParsedKeypoints, of_slots

_POINTS = ("keypoints", "keypoints_2d", "kpts", "points", "poses", "pose", "joints_2d", "xy")
_SCORES = ("scores", "keypoint_scores", "score", "confidence", "confidences", "conf", "visibility")
_NAMES = ("joint_names", "keypoint_names", "names", "node_names", "bodyparts", "joints")
_SIZES = ("image_size_wh", "size_wh", "image_size")
_RATES = ("fps", "frame_rate", "framerate")
"""What the keys of an npz are called, the likeliest first."""

_WITH_FACE_AND_HANDS = (533, 543, 553)
"""Points of MediaPipe's holistic models, which begin with the body's 33."""
_BODY = 33
_CROWD = 30
"""Places for people; a second axis that is longer, and longer than the first, is over frames."""


def of_npy(path: Path, entry: str | None) -> ParsedKeypoints:
    """Parse a file with one array.

    Raises:
        ValueError: it is no array of keypoints.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES:,} bytes")
    with path.open("rb") as file:
        dtype, shape, _ = read_header("the array", file)
        if dtype.hasobject:
            raise ValueError("it holds Python objects instead of numbers")
        check_length("the array", dtype, shape, path.stat().st_size - file.tell())
    return of_array(np.load(path, allow_pickle=False), entry)


def are_plain(arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Whether an npz holds an array of keypoints under a usual name, or nothing else."""
    return _points_key(arrays) is not None


def are_lists(document: object) -> bool:
    """Whether a JSON document consists of lists within lists, three deep or more."""
    for _ in range(3):
        if not isinstance(document, list) or not document:
            return False
        document = document[0]
    return isinstance(document, list | int | float)


def of_lists(document: Any) -> ParsedKeypoints:
    """Parse such a document.

    Raises:
        ValueError: its lists are not those of an array of keypoints.
    """
    return of_array(np.array(document, np.float64))


def of_npz(
    arrays: Mapping[str, NDArray[Any]], entry: str | None, names: tuple[str, ...]
) -> ParsedKeypoints:
    """Parse an array of keypoints with what lies beside it: scores, names, size and rate.

    Raises:
        ValueError: the arrays do not fit each other.
    """
    key = _points_key(arrays)
    points = _numbers(arrays[str(key)])
    scores = _first(arrays, _SCORES)
    if scores is not None and points.shape[-1] == 2:
        if scores.shape not in (points.shape[:-1], (*points.shape[:-1], 1)):
            raise ValueError(f"its scores have shape {scores.shape}, its points {points.shape}")
        scores = _numbers(scores).reshape(*points.shape[:-1], 1)
        points = np.concatenate([points, scores], axis=-1)
    named, size, rate = (_first(arrays, keys) for keys in (_NAMES, _SIZES, _RATES))
    whole = size is not None and size.size == 2 and size.dtype.kind in "iuf"
    return of_array(
        points,
        entry,
        joints=() if named is None or named.dtype.kind not in "US" else _texts(named),
        size_wh=(int(size.flat[0]), int(size.flat[1])) if size is not None and whole else None,
        fps=None if rate is None or rate.size != 1 else float(rate.flat[0]),
    )


def of_array(
    array: NDArray[Any],
    entry: str | None = None,
    *,
    joints: tuple[str, ...] = (),
    size_wh: tuple[int, int] | None = None,
    fps: float | None = None,
) -> ParsedKeypoints:
    """Parse (frames, joints, 2 or 3) or (frames, people, joints, 2 or 3) numbers.

    Args:
        array: x, y in pixels or shares of the image, and perhaps a score.
        entry: the number of a camera, where the first axis is over cameras.
        joints: their names.
        size_wh: of the images.
        fps: frames per second.

    Raises:
        ValueError: it has another shape, or the third number is no score.
    """
    points = _numbers(array)
    if points.ndim not in (3, 4) or points.shape[-1] not in (2, 3) or not points.shape[-2]:
        raise ValueError(
            f"it has shape {points.shape}, not (frames, joints, 2 or 3) or "
            "(frames, people, joints, 2 or 3)"
        )
    whole_body = points.shape[-2] in _WITH_FACE_AND_HANDS and not joints
    if points.ndim == 4 and (whole_body or points.shape[1] > max(_CROWD, 2 * len(points))):
        points = _camera(points, entry)
    if whole_body:
        # FreeMoCap's third number is a depth; it writes no score.
        points = points[..., :_BODY, :2]
    _check_scores(points)
    points = points[:, None] if points.ndim == 3 else points
    # The order of people in a frame need not be an identity.
    return of_slots(ARRAY, points, tracked=False, joints=joints, size_wh=size_wh, fps=fps)


def _camera(points: Float64s, entry: str | None) -> Float64s:
    count = len(points)
    number = 0 if entry is None and count == 1 else entry
    if number is None or not str(number).isdecimal() or int(number) >= count:
        raise ValueError(
            f"it holds {count} cameras, not frames, in its first axis: give detector.entry=N, from "
            f"0 to {count - 1}, for the one of this film"
        )
    chosen: Float64s = points[int(number)]
    return chosen


def _check_scores(points: Float64s) -> None:
    """Raise ValueError when the third number of each joint is a coordinate."""
    third = points[..., 2] if points.shape[-1] == 3 else np.zeros(1)
    third = third[np.isfinite(third)]
    if third.size and (np.percentile(third, 1) < -0.01 or np.percentile(third, 99) > 10):
        low, high = np.percentile(third, [1, 99])
        raise ValueError(
            f"the third number of its joints, {low:.3g} to {high:.3g}, is no score: keypoints are "
            "2D, in the image"
        )


def _points_key(arrays: Mapping[str, NDArray[Any]]) -> str | None:
    shaped = [
        key
        for key, array in arrays.items()
        if array.ndim in (3, 4) and array.dtype.kind in "iuf" and array.shape[-1] in (2, 3)
    ]
    named = [key for key in _POINTS if key in shaped]
    return named[0] if named else shaped[0] if len(shaped) == 1 else None


def _first(arrays: Mapping[str, NDArray[Any]], keys: tuple[str, ...]) -> NDArray[Any] | None:
    return next((arrays[key] for key in keys if key in arrays), None)


def _texts(names: NDArray[Any]) -> tuple[str, ...]:
    values = names.ravel().tolist()
    return tuple(n.decode("utf-8", "replace") if isinstance(n, bytes) else str(n) for n in values)


def _numbers(array: NDArray[Any]) -> Float64s:
    if array.dtype.kind not in "iuf":
        raise ValueError(f"it holds values of type {array.dtype}, not numbers")
    return np.asarray(array, np.float64)
