"""Results as arrays and back: what every data exporter writes, and what `load` reads again.

The arrays are those of `framework.result_table`. Files may be untrusted, so everything is checked
before it is used and nothing is unpickled.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.errors import InputError
from framework.focal import is_possible
from framework.outputs import readable
from framework.result_files import NewerError, read_json, read_npz
from framework.result_table import ARRAYS, SCHEMA_VERSION, TABLE, Arrays, ResultArray
from framework.skeletons import H36M17, SKELETONS, Skeleton
from framework.types import Pose3D, RunResult, Track, VideoInfo

__all__ = ["BROKEN", "TABLE", "Arrays", "load", "reason", "to_arrays"]


def to_arrays(result: RunResult) -> Arrays:
    """Everything that a results file holds, by key.

    Args:
        result: of one clip. All people must have the same skeletons.

    Returns:
        One array for each key of `TABLE`, with its dtype and shape. ``meta`` is JSON text:
        ``result.meta`` and, under ``"results"``, what only `load` needs.
    """
    seen, posed = _skeletons(result)
    lengths = {"T": len(result.frame_index), "J": len(seen.joints), "K": len(posed.joints)}
    owners = {"result": result, "seen": seen, "posed": posed}
    made = {"schema_version": SCHEMA_VERSION, "meta": _strict_json(_meta(result))}
    arrays: Arrays = {}
    for array in ARRAYS:
        owner, _, attribute = array.source.partition(".")
        if not owner:
            value = made[array.name]
        elif owner in owners:
            value = attrgetter(attribute)(owners[owner])
        else:
            everybody = result.tracks if owner == "track" else result.poses
            value = _people(array, [getattr(x, attribute) for x in everybody], lengths)
        arrays[array.name] = np.asarray(value, array.dtype)
    return arrays


def load(path: Path | str) -> RunResult:
    """Read a ``.npz`` or ``.json`` results file back.

    Args:
        path: the file; it may be untrusted, as nothing in it is executed or unpickled.

    Returns:
        The result as it was, except: ``video.path`` is a bare name, ``paths`` and ``seconds``
        are empty, the detector's 3D is not stored, and a root or joint_sigmas that are NaN
        throughout are None.

    Raises:
        InputError: the file is missing, broken, of another kind, or newer than this program.
    """
    path = Path(path)
    read = {".npz": read_npz, ".json": read_json}.get(path.suffix.lower())
    if read is None:
        raise InputError(
            f"{path}: results are read from .npz or .json files",
            "Give the .npz or .json that a run wrote.",
        )
    try:
        return _from_arrays(read(path))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file", "Check the path.") from None
    except NewerError as error:
        raise InputError(
            f"{path} is newer than this program: {error}", "Install a newer version."
        ) from None
    except BROKEN as error:
        raise InputError(
            f"{path} is not a whole results file: {reason(error)}",
            "Give a .npz or .json that a run of this program wrote, or run the clip again.",
        ) from error


# What zipfile, zlib, numpy's header parser and json raise for damaged or foreign files.
BROKEN = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
)


def reason(error: BaseException) -> str:
    """Describe in one line what is wrong with a file."""
    lines = str(error).splitlines() or [type(error).__name__]
    return f"no {lines[0]}" if isinstance(error, KeyError) else lines[0]


def _people(
    array: ResultArray, values: Sequence[Any], lengths: Mapping[str, int]
) -> NDArray[Any] | Sequence[Any]:
    """One attribute of everybody, stacked; (0, ...) when there is nobody."""
    if array.shape == "N":
        return values
    shape = (lengths["T"], *array.sides(lengths))
    if array.optional:
        unknown = _unknown(array, shape)
        values = [unknown if value is None else value for value in values]
    return np.stack(values) if values else np.zeros((0, *shape), array.dtype)


def _skeletons(result: RunResult) -> tuple[Skeleton, Skeleton]:
    """The skeletons of the keypoints and of the poses; without people, those of the stages."""
    if len(result.tracks) != len(result.poses):
        raise ValueError(f"{len(result.tracks)} tracks, but {len(result.poses)} poses")
    unknown = Skeleton(name="none", joints=(), bones=())
    meant = SKELETONS.get(str(result.meta.get("skeleton")), unknown)
    seen = {track.skeleton for track in result.tracks} or {meant}
    posed = {pose.skeleton for pose in result.poses} or {H36M17}
    if len(seen) > 1 or len(posed) > 1:
        raise ValueError("people of one clip must share a skeleton")
    return seen.pop(), posed.pop()


def _meta(result: RunResult) -> dict[str, Any]:
    """The run's own record, and what `load` needs beyond the table."""
    video = asdict(replace(result.video, pictures=None))
    del (
        video["reading"],
        video["pictures"],
        video["exact_duration"],
    )  # how to read it again is a matter of the next run
    # Folders of the user's machine must not be in files that are passed on.
    video |= {"path": readable(result.video.path.name), "fps": str(result.video.fps)}
    seen, posed = _skeletons(result)
    thresholds = {track.score_threshold for track in result.tracks}
    own = {
        "video": video,
        "keypoint_skeleton": asdict(seen),
        "joint_skeleton": asdict(posed),
        "score_threshold": min(thresholds, default=float(result.meta.get("score_threshold", 0.5))),
        "counts": dict(result.counts),
        "warnings": list(result.warnings),
    }
    return {**result.meta, "results": own}


def _strict_json(value: object) -> str:
    """JSON text; a setting of infinity becomes a word, since JSON has no such number."""
    return json.dumps(json.loads(json.dumps(value), parse_constant=str))


def _from_arrays(arrays: Arrays) -> RunResult:
    """The result of which `to_arrays` made these arrays; they are checked already."""
    meta = json.loads(str(arrays["meta"]))
    own = meta.pop("results", {})
    seen = _skeleton(own.get("keypoint_skeleton"), arrays["keypoint_names"])
    posed = _skeleton(own.get("joint_skeleton"), arrays["joint_names"])
    threshold = float(own.get("score_threshold", 0.5))
    people = range(len(arrays["track_id"]))
    return RunResult(
        video=_video(own.get("video", {}), arrays),
        frame_index=arrays["frame_index"],
        time_s=arrays["time_s"],
        tracks=tuple(_track(arrays, n, seen, threshold) for n in people),
        poses=tuple(_pose(arrays, n, posed) for n in people),
        counts={str(key): _number(value) for key, value in own.get("counts", {}).items()},
        meta=meta,
        warnings=tuple(str(line) for line in own.get("warnings", ())),
    )


def _track(arrays: Arrays, n: int, skeleton: Skeleton, score_threshold: float) -> Track:
    return Track(
        id=int(arrays["track_id"][n]),
        skeleton=skeleton,
        frame_index=arrays["frame_index"],
        time_s=arrays["time_s"],
        score_threshold=score_threshold,
        **_attributes("track", arrays, n),
    )


def _pose(arrays: Arrays, n: int, skeleton: Skeleton) -> Pose3D:
    return Pose3D(
        track_id=int(arrays["track_id"][n]), skeleton=skeleton, **_attributes("pose", arrays, n)
    )


def _attributes(owner: str, arrays: Arrays, n: int) -> dict[str, Any]:
    """The attributes with a value per row of one person's `Track` or `Pose3D`."""
    found = {}
    for array in ARRAYS:
        named, _, attribute = array.source.partition(".")
        if named == owner and array.shape.startswith("NT"):
            values = arrays.get(array.name)
            if values is not None:
                values = values[n]
                if array.optional and np.array_equal(
                    values, _unknown(array, values.shape), equal_nan=True
                ):
                    values = None
            found[attribute] = values
    return found


def _unknown(array: ResultArray, shape: tuple[int, ...]) -> NDArray[Any]:
    """What an attribute that is None is in files: NaN, and 0 of whole numbers."""
    return np.full(shape, np.nan if issubclass(array.dtype, np.floating) else 0, array.dtype)


def _skeleton(described: Mapping[str, Any] | None, names: NDArray[np.str_]) -> Skeleton:
    """A known skeleton with these joints, the described one, or joints without bones."""
    joints = tuple(str(name) for name in names)
    for known in SKELETONS.values():
        if known.joints == joints:
            return known
    described = described or {}
    if tuple(described.get("joints", ())) != joints:
        return Skeleton(name="unknown", joints=joints, bones=())
    root = described["root"]
    return Skeleton(
        name=str(described["name"]),
        joints=joints,
        bones=tuple((int(a), int(b)) for a, b in described["bones"]),
        root=None if root is None else int(root),
        keypoint_sigmas=tuple(
            float(sigma) for sigma in described.get("keypoint_sigmas", described.get("sigmas", ()))
        ),
    )


def _video(described: Mapping[str, Any], arrays: Arrays) -> VideoInfo:
    """What was known of the clip; size and rate come from the table itself."""
    width, height = (int(side) for side in arrays["image_size_wh"])
    focal = described.get("focal")
    rate = Fraction(str(described.get("fps", Fraction(float(arrays["fps"])))))
    end_s, duration_s = described.get("end_s"), described.get("duration_s")
    n_frames = described.get("n_frames")
    if focal is not None and not is_possible(focal):
        raise ValueError(f"{focal} longer sides is no possible focal length")
    return VideoInfo(
        path=Path(Path(str(described.get("path", ""))).name),
        size_wh=(width, height),
        fps=rate,
        n_frames=None if n_frames is None else int(n_frames),
        duration_s=None if duration_s is None else float(duration_s),
        rotation_deg=int(described.get("rotation_deg", 0)),
        has_audio=bool(described.get("has_audio", False)),
        has_frames=bool(described.get("has_frames", True)),
        focal=focal,
        notes=tuple(str(line) for line in described.get("notes", ())),
        start_s=float(described.get("start_s", 0.0)),
        end_s=None if end_s is None else float(end_s),
        stride=int(described.get("stride", 1)),
        fields=bool(described.get("fields", False)),
    )


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a count is {value!r}, not a number")
    return value
