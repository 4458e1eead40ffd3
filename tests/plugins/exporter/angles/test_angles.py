"""Tables of angles have a row per frame and one unit; pictures are pictures."""

import csv
import sys
from dataclasses import replace

import numpy as np
import pytest

from framework.angles import curves
from framework.errors import BackendError, ConfigurationError
from framework.plugins.exporter.angles.config import AnglesConfig
from framework.registry import registry
from framework.skeletons import Skeleton
from framework.stages import Runtime


@pytest.fixture
def exporter():
    pytest.importorskip("matplotlib", reason="plots need the extra plots")
    from framework.plugins.exporter.angles.angles import AnglesExporter

    return lambda plots="png": AnglesExporter(AnglesConfig(plots=plots), Runtime())


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_sigmas(result):
    poses = [
        replace(p, joint_sigmas=np.where(p.valid[:, None], 0.05, np.nan).repeat(17, 1).astype("f4"))
        for p in result.poses
    ]
    return replace(result, poses=tuple(poses))


def test_each_person_has_tables_and_a_plot_of_each_joint(exporter, make_clip, tmp_path):
    paths = exporter().export(make_clip(people=2), tmp_path / "a.clip")
    joints = ["elbow", "hip", "knee", "shoulder", "trunk"]
    files = ["angles.csv", "ranges.csv", *(f"{joint}.png" for joint in joints)]
    assert [path.name for path in paths] == [
        f"a.clip_person{number}_{file}" for number in (7, 8) for file in files
    ]
    for path in paths:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")


def test_the_table_holds_the_angles_and_their_sigmas(exporter, make_clip, tmp_path):
    result = with_sigmas(make_clip(people=1, rows=6))
    [path, *_] = exporter().export(result, tmp_path / "clip")
    rows = rows_of(path)
    assert [row["frame_index"] for row in rows] == ["0", "2", "4", "6", "8", "10"]
    assert float(rows[1]["time_s"]) == pytest.approx(result.time_s[1], abs=1e-6)
    for curve in curves(result.poses[0]):
        for values, unit in ((curve.degrees, "deg"), (curve.sigmas, "sigma_deg")):
            cells = [row[f"{curve.angle.name}_{unit}"] for row in rows]
            assert cells[1] == ""  # a row without a pose
            found = [float(cell or "nan") for cell in cells]
            np.testing.assert_allclose(found, values, atol=0.00501)


def test_ranges_are_those_of_the_table(exporter, make_clip, tmp_path):
    result = make_clip(people=1, rows=40)
    table, ranges, *_ = exporter().export(result, tmp_path / "clip")
    rows = rows_of(table)
    for line in rows_of(ranges):
        cells = [row[f"{line['angle']}_deg"] for row in rows]
        values = np.array([float(cell or "nan") for cell in cells])
        assert int(line["rows"]) == 39
        assert float(line["minimum_deg"]) == np.nanmin(values)
        assert float(line["maximum_deg"]) == np.nanmax(values)
        assert float(line["range_deg"]) == pytest.approx(
            np.nanmax(values) - np.nanmin(values), abs=0.011
        )
        highest = rows[int(np.nanargmax(values))]
        assert line["maximum_time_s"] == highest["time_s"]
        assert line["minimum_sigma_deg"] == ""  # none is stated
        assert int(line["repetitions"]) >= 0


@pytest.mark.parametrize("rows", [1, 3, 200])
def test_any_length_makes_equal_pictures_again(exporter, make_clip, tmp_path, rows):
    result = with_sigmas(make_clip(people=1, rows=rows))
    for plots in ("png", "svg"):
        first = exporter(plots).export(result, tmp_path / "clip")
        before = [path.read_bytes() for path in first]
        again = exporter(plots).export(result, tmp_path / "clip")
        assert before == [path.read_bytes() for path in again]
        assert first[-1].suffix == f".{plots}"


def test_nobody_has_no_file(exporter, make_clip, tmp_path):
    assert exporter().export(make_clip(people=0), tmp_path / "clip") == []


def test_a_skeleton_without_the_joints_is_refused_by_name(exporter, make_clip, tmp_path):
    result = make_clip(people=1)
    [pose] = result.poses
    hands = Skeleton(name="hands", joints=("left_wrist", "right_wrist"), bones=())
    other = replace(pose, skeleton=hands, joints=pose.joints[:, :2])
    with pytest.raises(ConfigurationError, match="'hands' show no joint angle"):
        exporter().export(replace(result, poses=(other,)), tmp_path / "clip")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    entry = registry().entries["exporter"]["angles"]
    with pytest.raises(BackendError, match="matplotlib is not installed") as error:
        entry.create(AnglesConfig(), Runtime())
    assert "framework[plots]" in error.value.hint
