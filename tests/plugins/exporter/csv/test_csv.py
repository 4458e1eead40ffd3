"""The csv file: columns with units, one row per person and frame."""

import csv

import pytest

from framework.plugins.exporter.csv.config import CsvConfig
from framework.plugins.exporter.csv.csv import CsvExporter, header
from framework.results import to_arrays
from framework.stages import Runtime

CSV = CsvExporter(CsvConfig(), Runtime())


def test_columns_carry_joint_and_unit(make_clip, tmp_path):
    result = make_clip()
    [path] = CSV.export(result, tmp_path / "clip")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(set(rows[0])) == 7 + 4 + 3 * 17 + 4 * 17 + 3
    third = rows[5 + 2]  # the second person's third row
    assert (third["track_id"], third["frame_index"], third["state"]) == ("8", "4", "1")
    wrist = result.tracks[1].skeleton.index("left_wrist")
    expected = result.tracks[1].keypoints[2, wrist, 0]
    assert float(third["left_wrist_x_px"]) == pytest.approx(expected, abs=0.006)
    pelvis = result.poses[1].joints[2, 0]
    assert float(third["pelvis_z_m"]) == pytest.approx(pelvis[2], abs=6e-6)


def test_cells_of_missing_values_are_empty(make_clip, tmp_path):
    [path] = CSV.export(make_clip(), tmp_path / "clip")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["left_wrist_x_px"] == "" and rows[1]["box_x1_px"] == ""
    assert rows[0]["root_camera_x_m"] == ""  # this lifter knows no root
    assert "nan" not in path.read_text(encoding="utf-8").lower()


def test_each_row_has_as_many_cells_as_the_header_has_names(make_clip, tmp_path):
    result = make_clip(people=2, rows=300)
    [path] = CSV.export(result, tmp_path / "clip")
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == header(to_arrays(result))
    assert {len(line) for line in lines} == {len(lines[0])}
