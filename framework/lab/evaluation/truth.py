"""Read true poses: TRC, our results, the sample's truth, or plain arrays, all as H36M-17."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework import results
from framework.errors import InputError
from framework.lab.evaluation.trc import Markers, read_trc
from framework.skeletons import H36M17, Skeleton, map_joints
from framework.types import Floats, Ints, Times

_SIDED = ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")
MARKERS: Mapping[str, str] = {
    **{joint: joint for joint in H36M17.joints},
    **{f"R{joint}": f"right_{joint.lower()}" for joint in _SIDED},
    **{f"L{joint}": f"left_{joint.lower()}" for joint in _SIDED},
    "Hip": "pelvis",
    "MidHip": "pelvis",
    "CHip": "pelvis",
    "Neck": "thorax",  # OpenPose's neck lies between the shoulders, as H36M's thorax does
    "Nose": "nose",
    "nose": "nose",
    "Head": "head",
}
"""Joints by the marker names of Pose2Sim and OpenPose; other markers are not compared."""

_SAME_RATE = 0.02
_NEARLY = 0.1
"""Of a period: times that are at most so far apart are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Poses that are taken to be true; N people, T rows.

    Attributes:
        name: of the file.
        joints: (N, T, 17, 3) float32 H36M-17 in metres, any origin; NaN where missing.
        in_camera_axes: x right, y down, z forward, as lifters predict; otherwise the axes are
            unknown, and poses can be compared only after alignment.
        frame_index: (T,) int64 numbers of video frames from 0, or None.
        time_s: (T,) float64 seconds of the video, or None. At least one of the two is given.
        pixels: (N, T, 17, 2) float32, positions of the joints in the image, or None.
        notes: what the reader of a comparison should know about the file.
    """

    name: str
    joints: Floats
    in_camera_axes: bool
    frame_index: Ints | None = None
    time_s: Times | None = None
    pixels: Floats | None = None
    notes: tuple[str, ...] = ()


def load_truth(path: Path) -> Truth:
    """Read true poses; the format follows from the suffix and the keys.

    ==================================  ====================================================
    ``.trc``                            markers, axes of the file; its times count
    ``.npz``, ``.json`` of a run        camera axes
    ``_truth.npz`` of the sample        camera axes, two people
    ``.npz``: ``joints``, ``positions_m``, ``fps``  names (J,), metres (T, J, 3), axes of the file
    ``.npz``: ``joints``, ``time_s``    metres ([N,] T, 17, 3) H36M-17, camera axes; seconds (T,),
                                        without which row i belongs to frame i
    ``.npy``                            the same without times, as VideoPose3D exports
    ==================================  ====================================================

    Raises:
        InputError: the file is missing, broken or holds none of these.
    """
    if path.suffix.lower() == ".trc":
        return _of_trc(path)
    if path.suffix.lower() == ".json":
        return _of_result(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such file", "Check the path.")
    try:
        if path.suffix.lower() == ".npy":
            # Mapped, not read: a header with a larger size than the file is refused.
            joints = np.load(path, mmap_mode="r", allow_pickle=False)
            return _of_arrays(path, {"joints": np.asarray(joints)})
        if not zipfile.is_zipfile(path):
            raise ValueError("it is neither .trc nor .json nor .npz nor .npy")
        with np.load(path, allow_pickle=False) as file:
            # Results of a run have keypoint names; they are read by `results.load`.
            arrays = {} if "keypoint_names" in file.files else dict(file)
        return _of_arrays(path, arrays) if arrays else _of_result(path)
    except results.BROKEN as error:
        raise _no_truth(path, error) from error


def _no_truth(path: Path, error: Exception) -> InputError:
    reason = f"no {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
    return InputError(
        f"{path} holds no truth: {reason}",
        "Give a .trc, a results file of a run, the sample's truth, or an .npz with joints "
        "(T, 17, 3) in metres.",
    )


def _of_trc(path: Path) -> Truth:
    markers = read_trc(path)
    try:
        joints = _by_name(markers.positions, markers.names)
    except ValueError as error:
        raise _no_truth(path, error) from error
    time_s, notes = _clock(markers)
    return Truth(
        name=path.name,
        joints=joints[None],
        in_camera_axes=False,
        time_s=time_s,
        notes=tuple(f"{path.name}: {note}" for note in notes),
    )


def _clock(markers: Markers) -> tuple[Times, list[str]]:
    """Seconds of the video for each row, and where number, time and rate contradict each other.

    Times count: programs number rows from 0, from 1 or from the start of a range.
    """
    time_s, notes = markers.time_s, []
    period_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1 / markers.rate
    if abs(period_s * markers.rate - 1) > _SAME_RATE:
        said = f"DataRate is {markers.rate:g}, but its times are {1 / period_s:.5g} a second"
        notes.append(f"{said}: the times count")
    offset = markers.frame - np.round(time_s / period_s)
    if np.ptp(offset) > 0:
        notes.append("numbers and times of its rows do not go together: the times count")
    elif markers.frame[0] == 1 and abs(time_s[0] / period_s - 1) < _NEARLY:
        time_s = time_s - period_s
        notes.append("row 1 has the time of one period: it is taken for the first frame, at 0 s")
    elif offset[0] != markers.frame[0] or markers.frame[0] not in (0, 1):
        said = f"rows begin with number {markers.frame[0]} at {time_s[0]:g} s"
        notes.append(f"{said}: the time counts")
    return time_s, notes


def _of_result(path: Path) -> Truth:
    result = results.load(path)
    if not result.poses:
        raise InputError(f"{path} holds no person", "Give the result of a video with a person.")
    pairs = zip(result.poses, result.tracks, strict=True)
    mapped = [
        (
            map_joints(pose.joints, pose.skeleton, H36M17),
            map_joints(track.keypoints, track.skeleton, H36M17),
        )
        for pose, track in pairs
    ]
    return Truth(
        name=path.name,
        joints=np.stack([joints for joints, _ in mapped]),
        in_camera_axes=True,
        time_s=result.time_s,
        pixels=np.stack([pixels for _, pixels in mapped]),
    )


def _of_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Truth:
    """The sample's truth, arrays with names, or plain ones."""
    joints, names = arrays.get("joints_camera"), arrays.get("joint_names")
    if joints is None and "positions_m" in arrays:
        joints, names = arrays["positions_m"], arrays["joints"]
    elif joints is None:
        joints, names = arrays["joints"], np.array(H36M17.joints)
    elif names is None:
        raise KeyError("joint_names")
    shape = (*joints.shape[-2:],)
    if joints.dtype.kind != "f" or joints.ndim not in (3, 4) or shape != (len(names), 3):
        raise ValueError(f"joints are {joints.dtype} {joints.shape}, not ([N,] T, J, 3) metres")
    mapped = _by_name(joints, [str(name) for name in names])
    # (N, T, 17, 3); without N it is one person.
    mapped = mapped if mapped.ndim == 4 else mapped[None]
    rows = mapped.shape[1]
    time_s = np.asarray(arrays["time_s"], np.float64) if "time_s" in arrays else None
    if time_s is None and "fps" in arrays:
        time_s = np.arange(rows) / float(arrays["fps"])
    if time_s is not None and (time_s.shape != (rows,) or not (np.diff(time_s) > 0).all()):
        raise ValueError(f"time_s must be {rows} increasing seconds")
    return Truth(
        name=path.name,
        joints=mapped,
        in_camera_axes="positions_m" not in arrays,
        frame_index=np.arange(rows) if time_s is None else None,
        time_s=time_s,
        pixels=np.asarray(arrays["joints_2d"], np.float32) if "joints_2d" in arrays else None,
    )


def _by_name(positions: NDArray[np.floating], names: Sequence[str]) -> Floats:
    """(..., J, 3) positions of named markers as (..., 17, 3) H36M-17.

    Raises:
        ValueError: two markers mean one joint, or fewer than three mean any.
    """
    known = [(column, MARKERS[name]) for column, name in enumerate(names) if name in MARKERS]
    if len(known) < 3:
        raise ValueError(f"of its joints ({', '.join(names)}) fewer than three are known")
    skeleton = Skeleton(name="truth", joints=tuple(joint for _, joint in known), bones=())
    columns = [column for column, _ in known]
    # Far from the origin float32 would lose millimetres; only differences matter.
    chosen = np.asarray(positions, np.float64)[..., columns, :]
    finite = chosen[np.isfinite(chosen).all(axis=-1)]
    chosen = chosen - (finite.mean(axis=0) if finite.size else 0)
    return map_joints(chosen.astype(np.float32), skeleton, H36M17)
