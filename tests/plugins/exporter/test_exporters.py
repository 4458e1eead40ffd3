"""Data files hold what the documentation says, one row a person and frame."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from framework.plugins.exporter.csv.config import CsvConfig
from framework.plugins.exporter.csv.csv import CsvExporter
from framework.plugins.exporter.json.config import JsonConfig
from framework.plugins.exporter.json.json import JsonExporter
from framework.plugins.exporter.npz.config import NpzConfig
from framework.plugins.exporter.npz.npz import NpzExporter
from framework.results import load
from framework.stages import Exporter, Runtime

NPZ = NpzExporter(NpzConfig(), Runtime())
JSON = JsonExporter(JsonConfig(), Runtime())
CSV = CsvExporter(CsvConfig(), Runtime())


def test_npz_holds_the_documented_keys_types_and_shapes(make_clip, tmp_path):
    [path] = NPZ.export(make_clip(people=2, rows=5), tmp_path / "clip")
    with np.load(path, allow_pickle=False) as file:
        found = {key: (file[key].dtype.str.lstrip("|<"), file[key].shape) for key in file.files}
        texts = {key: found.pop(key)[1] for key in ("keypoint_names", "joint_names", "meta")}
        names = file["joint_names"].tolist()
    assert found == {
        "schema_version": ("i8", ()),
        "frame_index": ("i8", (5,)),
        "time_s": ("f8", (5,)),
        "track_id": ("i8", (2,)),
        "keypoints": ("f4", (2, 5, 17, 2)),
        "keypoint_scores": ("f4", (2, 5, 17)),
        "boxes": ("f4", (2, 5, 4)),
        "complete": ("b1", (2, 5)),
        "state": ("u1", (2, 5)),
        "joints": ("f4", (2, 5, 17, 3)),
        "valid": ("b1", (2, 5)),
        "joint_sigmas": ("f4", (2, 5, 17)),
        "root": ("f4", (2, 5, 3)),
        "image_size_wh": ("i8", (2,)),
        "fps": ("f8", ()),
    }
    assert texts == {"keypoint_names": (17,), "joint_names": (17,), "meta": ()}
    assert names[:2] == ["pelvis", "right_hip"]


def test_equal_results_make_equal_bytes(make_clip, tmp_path):
    for exporter in (NPZ, JSON, CSV):
        [first] = exporter.export(make_clip(), tmp_path / "first")
        [second] = exporter.export(make_clip(), tmp_path / "second")
        assert first.read_bytes() == second.read_bytes()


def test_no_file_gives_away_the_folder_of_the_video(make_clip, tmp_path):
    for exporter in (JSON, CSV):
        [path] = exporter.export(make_clip(), tmp_path / "clip")
        assert "/home/me" not in path.read_text(encoding="utf-8")
    [path] = NPZ.export(make_clip(), tmp_path / "clip")
    assert "/home/me" not in str(np.load(path)["meta"])


@pytest.mark.parametrize(("people", "rows"), [(0, 0), (0, 3), (1, 0), (1, 1), (2, 5), (1, 600)])
def test_any_number_of_people_and_frames_is_one_row_each(make_clip, tmp_path, people, rows):
    result = make_clip(people=people, rows=rows)
    exporters: list[Exporter] = [NPZ, JSON, CSV]
    npz, text, table = (x.export(result, tmp_path / "a.b")[0] for x in exporters)
    assert [npz.name, text.name, table.name] == ["a.b.npz", "a.b.json", "a.b.csv"]
    assert np.load(npz)["joints"].shape == (people, rows, 17, 3)
    assert len(json.loads(text.read_text(encoding="utf-8"))["rows"]) == people * rows
    assert len(table.read_text(encoding="utf-8").splitlines()) == 1 + people * rows
    for path in (npz, text):
        again = load(path)
        assert (len(again.tracks), len(again.frame_index)) == (people, rows)


def test_json_is_strict_and_says_null_where_nothing_is_known(make_clip, tmp_path):
    [path] = JSON.export(make_clip(), tmp_path / "clip")

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is not JSON")

    document = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    seen, missing = document["rows"][:2]
    assert seen["track_id"] == 7 and missing["frame_index"] == 2
    assert missing["box"] == [None] * 4 and missing["keypoints"][0] == [None, None, 0.0]
    assert missing["joints"] == [[None] * 3] * 17 and missing["state"] == 0
    assert seen["keypoints"][0][2] == 0.8765
    assert document["meta"]["results"]["warnings"] == ["nobody — was «complete»"]


def test_csv_columns_carry_joint_and_unit(make_clip, tmp_path):
    result = make_clip()
    [path] = CSV.export(result, tmp_path / "clip")
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(set(rows[0])) == 6 + 4 + 3 * 17 + 4 * 17 + 3
    third = rows[5 + 2]  # the second person's third row
    assert (third["track_id"], third["frame_index"], third["state"]) == ("8", "4", "1")
    wrist = result.tracks[1].skeleton.index("left_wrist")
    expected = result.tracks[1].keypoints[2, wrist, 0]
    assert float(third["left_wrist_x_px"]) == pytest.approx(expected, abs=0.006)
    pelvis = result.poses[1].joints[2, 0]
    assert float(third["pelvis_z_m"]) == pytest.approx(pelvis[2], abs=6e-6)
    assert rows[1]["left_wrist_x_px"] == "" and rows[1]["box_x1_px"] == ""
    assert rows[0]["root_camera_x_m"] == ""  # this lifter knows no root


def test_text_formats_agree_with_the_archive_to_their_precision(make_clip, tmp_path):
    result = make_clip(people=2, rows=300)
    exact, text = (load(x.export(result, tmp_path / "clip")[0]) for x in (NPZ, JSON))
    for one, other in zip(exact.tracks, text.tracks, strict=True):
        np.testing.assert_allclose(one.keypoints, other.keypoints, atol=0.0051)
        np.testing.assert_array_equal(one.state, other.state)
    for one, other in zip(exact.poses, text.poses, strict=True):
        np.testing.assert_allclose(one.joints, other.joints, atol=5.2e-6)
    assert exact.meta == text.meta == result.meta


def test_an_exporter_leaves_the_result_alone(make_clip, tmp_path):
    result = make_clip()
    before = result.tracks[0].keypoints.copy()
    for exporter in (NPZ, JSON, CSV):
        exporter.export(result, tmp_path / "clip")
    np.testing.assert_array_equal(result.tracks[0].keypoints, before)
