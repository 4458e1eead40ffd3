"""The one table of a result's arrays, from which every data file, its reader and its page come.

A new array is one entry of `ARRAYS` here: then npz, JSON and CSV hold it, `framework.results.load`
reads and checks it, and docs/outputs.md describes it (``make docs``).

Letters in shapes: N people, T source frames, J detector keypoints, K joints of the 3D skeleton.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCHEMA_VERSION = 1
"""Grows when a key changes its meaning."""

Arrays = dict[str, NDArray[Any]]
"""The arrays of a result by name, all of `ARRAYS`."""

DECIMALS: Mapping[str, int] = {"px": 2, "score": 4, "m": 5, "s": 6}
"""Digits in text formats by unit, finer than any camera or lifter: 0.01 pixel, 0.01 mm, 1 us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultArray:
    """One array of a result.

    Attributes:
        name: its key in the npz.
        dtype: of its elements; np.str_ for text of any length.
        shape: a letter or digit for each axis. Letters are lengths that agree in a whole file.
        meaning: for docs/outputs.md.
        source: where it comes from: ``result.X`` an attribute of the `RunResult`, ``track.X`` or
            ``pose.X`` one of everybody's `Track` or `Pose3D`, ``seen.X`` or ``posed.X`` one of the
            skeleton of keypoints or poses; "" where `framework.results` makes it.
        optional: whether the attribute may be None, which is NaN (0 of whole numbers) throughout in
            files.
        added_later: whether files of earlier versions lack it; it is optional then.
        unit: "px", "m", "s" or "score": text formats round to its `DECIMALS`; "" for no rounding.
        column: its place in the rows of text formats, of one person and frame each; 0 where it is
            no part of them.
        head: its place in the head of a JSON file, 0 where it is no part of it.
        json: its key in JSON, where that is not its name. Arrays with the same key are joined
            along the last axis.
        json_unit: what the head of a JSON file says about the key.
        csv: names of its columns in CSV, one per element of the last axis. For an array with J or
            K they follow the name of each joint, and all such arrays of one letter alternate.
    """

    name: str
    dtype: type
    shape: str
    meaning: str
    source: str = ""
    optional: bool = False
    added_later: bool = False
    unit: str = ""
    column: int = 0
    head: int = 0
    json: str = ""
    json_unit: str = ""
    csv: tuple[str, ...] = ()

    @property
    def json_key(self) -> str:
        """Its key in a JSON file."""
        return self.json or self.name

    @property
    def per_joint(self) -> str:
        """The letter J or K of an array with a value per keypoint or joint and row; else ""."""
        return self.shape[2] if self.shape[2:3] in ("J", "K") else ""

    def sides(self, lengths: Mapping[str, int]) -> tuple[int, ...]:
        """Lengths of its axes behind N and T, where letters have these lengths."""
        return tuple(int(x) if x.isdigit() else lengths[x] for x in self.shape[2:])


# In the order of the npz.
ARRAYS: tuple[ResultArray, ...] = (
    ResultArray(
        name="schema_version",
        dtype=np.int64,
        shape="",
        meaning="1; grows when a key changes its meaning",
        head=1,
    ),
    ResultArray(
        name="frame_index",
        dtype=np.int64,
        shape="T",
        meaning="number of the source frame, from 0",
        source="result.frame_index",
        column=2,
        head=5,
        csv=("frame_index",),
    ),
    ResultArray(
        name="time_s",
        dtype=np.float64,
        shape="T",
        meaning="seconds from the start of the clip",
        source="result.time_s",
        unit="s",
        column=3,
        head=9,
        json_unit="seconds from the start of the clip",
        csv=("time_s",),
    ),
    ResultArray(
        name="track_id",
        dtype=np.int64,
        shape="N",
        meaning="the person's number",
        source="track.id",
        column=1,
        head=4,
        csv=("track_id",),
    ),
    ResultArray(
        name="keypoints",
        dtype=np.float32,
        shape="NTJ2",
        meaning="x, y in pixels, NaN where missing",
        source="track.keypoints",
        unit="px",
        column=9,
        json_unit="x y score, pixels",
        csv=("x_px", "y_px"),
    ),
    ResultArray(
        name="keypoint_scores",
        dtype=np.float32,
        shape="NTJ",
        meaning="the detector's score, 0 where missing; scales differ between detectors",
        source="track.keypoint_scores",
        unit="score",
        column=10,
        json="keypoints",
        csv=("score",),
    ),
    ResultArray(
        name="keypoint_names",
        dtype=np.str_,
        shape="J",
        meaning="names of the keypoints, such as `left_wrist`",
        source="seen.joints",
        head=6,
    ),
    ResultArray(
        name="boxes",
        dtype=np.float32,
        shape="NT4",
        meaning="x1, y1, x2, y2 in pixels, NaN where missing",
        source="track.boxes",
        unit="px",
        column=8,
        json="box",
        json_unit="x1 y1 x2 y2, pixels",
        csv=("box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px"),
    ),
    ResultArray(
        name="complete",
        dtype=np.bool_,
        shape="NT",
        meaning="whether the person is wholly visible, as the completeness stage decided",
        source="track.complete",
        column=5,
        csv=("complete",),
    ),
    ResultArray(
        name="state",
        dtype=np.uint8,
        shape="NT",
        meaning="0 missing, 1 observed, 2 filled by interpolation between observed frames",
        source="track.state",
        column=4,
        json_unit="0 missing, 1 observed, 2 filled",
        csv=("state",),
    ),
    ResultArray(
        name="exchanged",
        dtype=np.uint8,
        shape="NT",
        meaning="whether the detector had exchanged left and right, and the keypoints here are "
        "repaired: 1 of the arms, 2 of the legs, 3 of both",
        source="track.exchanged",
        optional=True,
        added_later=True,
        column=7,
        json_unit="left and right exchanged back: 1 arms, 2 legs, 3 both",
        csv=("exchanged",),
    ),
    ResultArray(
        name="joints",
        dtype=np.float32,
        shape="NTK3",
        meaning="x, y, z in metres from the pelvis, camera axes; NaN where not valid",
        source="pose.joints",
        unit="m",
        column=11,
        json_unit="x y z, metres from the root joint, camera axes (x right, y down, z away)",
        csv=("x_m", "y_m", "z_m"),
    ),
    ResultArray(
        name="joint_sigmas",
        dtype=np.float32,
        shape="NTK",
        meaning="uncertainty of each joint: standard deviation along each axis, metres; NaN from "
        "lifters that estimate none",
        source="pose.joint_sigmas",
        optional=True,
        unit="m",
        column=12,
        json_unit="standard deviation along each axis, metres",
        csv=("sigma_m",),
    ),
    ResultArray(
        name="joint_names",
        dtype=np.str_,
        shape="K",
        meaning="pelvis, right_hip, ... in the order of Human3.6M",
        source="posed.joints",
        head=7,
    ),
    ResultArray(
        name="valid",
        dtype=np.bool_,
        shape="NT",
        meaning="whether there is a 3D pose",
        source="pose.valid",
        column=6,
        csv=("valid",),
    ),
    ResultArray(
        name="root",
        dtype=np.float32,
        shape="NT3",
        meaning="position of the pelvis relative to the camera, metres; NaN where unknown",
        source="pose.root",
        optional=True,
        unit="m",
        column=13,
        json_unit="x y z, metres, camera frame",
        csv=("root_camera_x_m", "root_camera_y_m", "root_camera_z_m"),
    ),
    ResultArray(
        name="image_size_wh",
        dtype=np.int64,
        shape="2",
        meaning="width and height of the upright frame",
        source="result.video.size_wh",
        head=8,
    ),
    ResultArray(
        name="fps",
        dtype=np.float64,
        shape="",
        meaning="average frame rate; `time_s` is exact",
        source="result.video.fps",
        head=3,
    ),
    ResultArray(
        name="meta",
        dtype=np.str_,
        shape="",
        meaning="JSON: versions, stages, licences, settings, counts, focal length and its source, "
        "name and digest of the input",
        head=2,
    ),
)

TABLE: Mapping[str, ResultArray] = {array.name: array for array in ARRAYS}

COLUMNS: tuple[ResultArray, ...] = tuple(
    sorted((array for array in ARRAYS if array.column), key=lambda array: array.column)
)
"""The arrays in a row of a text format, in order."""

HEAD: tuple[ResultArray, ...] = tuple(
    sorted((array for array in ARRAYS if array.head), key=lambda array: array.head)
)
"""The arrays in the head of a JSON file, in order."""

# The keys with a unit come first, then the codes of flags.
JSON_UNITS: Mapping[str, str] = {
    array.json_key: array.json_unit
    for array in sorted(COLUMNS, key=lambda array: not array.unit)
    if array.json_unit
}
"""What the head of a JSON file says about the keys of its rows."""


def json_groups() -> dict[str, list[ResultArray]]:
    """Return the keys of a row of JSON in order, and the arrays that are joined under each."""
    groups: dict[str, list[ResultArray]] = {}
    for array in COLUMNS:
        groups.setdefault(array.json_key, []).append(array)
    return groups


def csv_columns(names: Mapping[str, list[str]]) -> list[str]:
    """Return the names of the columns of a CSV file; the unit is part of the name.

    Args:
        names: of the keypoints under "J", and of the joints under "K".
    """
    columns: list[str] = []
    for group in csv_groups():
        letter = group[0].per_joint
        parts = [part for array in group for part in array.csv]
        columns += (
            [f"{name}_{part}" for name in names[letter] for part in parts] if letter else parts
        )
    return columns


def csv_groups() -> list[list[ResultArray]]:
    """Return the arrays whose columns stand together: those with a value per joint alternate."""
    groups: list[list[ResultArray]] = []
    for array in COLUMNS:
        if groups and array.per_joint and groups[-1][0].per_joint == array.per_joint:
            groups[-1].append(array)
        else:
            groups.append([array])
    return groups
