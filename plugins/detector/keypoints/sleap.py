"""HDF5 of SLEAP: analysis files, and projects (.slp).

The layouts follow ``sleap_io/io/analysis_h5.py`` and ``sleap_io/io/slp.py``.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .parsed import SLEAP, Float64s, ParsedKeypoints, of_slots

_MATLAB = ("track", "xy", "node", "frame")
_WANTED = ("frame", "track", "node", "xy")
_PREDICTED = 1
_CENTRED_PIXELS = 1.1
"""Version from which (0, 0) is the middle of the first pixel, and no longer its corner."""
_MOST_VALUES = 1 << 27


def is_analysis(file: Any) -> bool:
    """Whether an HDF5 file is an analysis file."""
    return "tracks" in file and "node_names" in file


def of_analysis(file: Any) -> ParsedKeypoints:
    """Parse an analysis file, in any order of its axes.

    Raises:
        ValueError, KeyError, TypeError: it is not one.
    """
    tracks = file["tracks"]
    names = [_text(name) for name in file["node_names"][:]]
    dims = json.loads(_text(tracks.attrs["dims"])) if "dims" in tracks.attrs else _MATLAB
    if sorted(dims) != sorted(_WANTED) or tracks.ndim != 4 or tracks.size > _MOST_VALUES:
        raise ValueError(f"its tracks have shape {tracks.shape}")
    points = np.transpose(tracks[:], [dims.index(dim) for dim in _WANTED]).astype(np.float64)
    if points.shape[2:] != (len(names), 2):
        raise ValueError(f"its tracks have shape {tracks.shape}, but {len(names)} nodes")
    scores = np.zeros((*points.shape[:3], 1))
    if "point_scores" in file:
        order = [dim for dim in dims if dim != "xy"]
        given = np.transpose(file["point_scores"][:], [order.index(dim) for dim in _WANTED[:3]])
        scores[..., 0] = given
    return of_slots(SLEAP, np.concatenate([points, scores], axis=-1), joints=names)


def is_project(file: Any) -> bool:
    """Whether an HDF5 file is a project."""
    return all(key in file for key in ("metadata", "frames", "instances", "points", "pred_points"))


def of_project(file: Any) -> ParsedKeypoints:
    """Parse the people of a project: where a frame has labels by hand, these.

    Raises:
        ValueError, KeyError, TypeError: it is not one, or of several videos or skeletons.
    """
    names = _nodes(json.loads(_text(file["metadata"].attrs["json"])))
    frames, instances = file["frames"][:], file["instances"][:]
    if len(set(frames["video"].tolist())) > 1:
        raise ValueError("it is of several videos: export one of them as an analysis file")
    sources = {True: file["pred_points"][:], False: file["points"][:]}
    corner = float(file["metadata"].attrs["format_id"]) < _CENTRED_PIXELS
    of, points, ids = [], [], []
    for index, frame in enumerate(frames):
        people = instances[int(frame["instance_id_start"]) : int(frame["instance_id_end"])]
        predicted = people["instance_type"] == _PREDICTED
        for person in people if predicted.all() else people[~predicted]:
            of.append(index)
            ids.append(int(person["track"]))
            points.append(_points(person, sources, len(names)))
    joints = np.array(points).reshape(len(points), len(names), 3)
    joints[..., :2] -= 0.5 if corner else 0.0
    tracks = np.array(ids, np.int64)
    return ParsedKeypoints(
        format=SLEAP,
        images=[int(number) for number in frames["frame_idx"]],
        of=np.array(of, np.int64),
        points=joints,
        ids=None if (tracks < 0).all() else tracks,
        joints=tuple(names),
    )


def _points(person: Any, sources: dict[bool, Any], count: int) -> Float64s:
    """(K, 3) joints of a person; those labelled by hand have the score 1."""
    predicted = int(person["instance_type"]) == _PREDICTED
    rows = sources[predicted][int(person["point_id_start"]) : int(person["point_id_end"])]
    if len(rows) != count:
        raise ValueError(f"a person has {len(rows)} points, not {count}")
    scores = rows["score"] if predicted else np.ones(count)
    seen = np.where(rows["visible"], 1.0, np.nan)
    return np.stack([rows["x"] * seen, rows["y"] * seen, scores], axis=1)


def _nodes(metadata: Any) -> list[str]:
    """Names of the joints, in the order of the only skeleton."""
    (skeleton,) = metadata["skeletons"]
    names = [node["name"] for node in metadata["nodes"]]
    return [str(names[node["id"]]) for node in skeleton["nodes"]]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
