"""The table of result arrays is complete and consistent, so that all that comes from it is."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest

from framework.result_table import (
    ARRAYS,
    COLUMNS,
    DECIMALS,
    HEAD,
    JSON_UNITS,
    ResultArray,
    csv_columns,
    csv_groups,
    json_groups,
)
from framework.skeletons import Skeleton
from framework.types import Pose3D, RunResult, Track

OWNERS = {"result": RunResult, "track": Track, "pose": Pose3D, "seen": Skeleton, "posed": Skeleton}


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: array.name)
def test_every_array_comes_from_an_attribute_that_exists(array):
    if array.source:
        owner, attribute, *_ = array.source.split(".")
        assert attribute in {each.name for each in fields(OWNERS[owner])}
    else:
        assert array.name in ("schema_version", "meta")


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: array.name)
def test_every_array_is_in_every_file(array):
    assert array.column or array.head
    if array.shape.startswith("NT"):
        assert array.column
        assert len(array.csv) == (int(array.shape[-1]) if array.shape[-1].isdigit() else 1)
    if array.unit:
        assert array.unit in DECIMALS
        assert np.issubdtype(array.dtype, np.floating)


def test_places_and_names_are_taken_once():
    for places in ([a.name for a in ARRAYS], [a.column for a in COLUMNS], [a.head for a in HEAD]):
        assert max(Counter(places).values()) == 1


def test_single_values_come_first_in_a_row_of_csv():
    lengths = [len(array.csv) * (len(array.shape) > 2) for array in COLUMNS]
    singles = [length == 0 for length in lengths]
    assert singles == sorted(singles, reverse=True)


def test_columns_of_csv_alternate_by_keypoint_and_by_joint():
    names = {"J": ["nose", "ear"], "K": ["pelvis"]}
    assert csv_columns(names) == [
        *("track_id", "frame_index", "time_s", "state", "complete", "valid", "exchanged"),
        *("box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px"),
        *("nose_x_px", "nose_y_px", "nose_score", "ear_x_px", "ear_y_px", "ear_score"),
        *("pelvis_x_m", "pelvis_y_m", "pelvis_z_m", "pelvis_sigma_m"),
        *("root_camera_x_m", "root_camera_y_m", "root_camera_z_m"),
    ]
    assert sum(map(len, csv_groups())) == len(COLUMNS)


def test_keys_of_a_json_row_in_order():
    assert {key: [array.name for array in group] for key, group in json_groups().items()} == {
        **{x: [x] for x in ("track_id", "frame_index", "time_s", "state", "complete", "valid")},
        "exchanged": ["exchanged"],
        "box": ["boxes"],
        "keypoints": ["keypoints", "keypoint_scores"],
        **{key: [key] for key in ("joints", "joint_sigmas", "root")},
    }
    assert list(JSON_UNITS)[-2:] == ["state", "exchanged"]


@pytest.mark.parametrize(
    ("shape", "letter", "sides"),
    [("NT", "", ()), ("NT4", "", (4,)), ("NTJ2", "J", (5, 2)), ("NTK", "K", (17,))],
)
def test_axes_behind_people_and_frames(shape, letter, sides):
    array = ResultArray(name="x", dtype=np.float32, shape=shape, meaning="")
    assert array.per_joint == letter
    assert array.sides({"J": 5, "K": 17}) == sides
