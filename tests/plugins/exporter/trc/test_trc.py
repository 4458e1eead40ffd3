"""TRC files: the header says what the rows hold; rows without a pose are NaN."""

from dataclasses import replace

import numpy as np
import pytest

from framework.lab.evaluation.truth import load_truth
from framework.plugins.exporter.trc.config import TrcConfig
from framework.plugins.exporter.trc.trc import TrcExporter
from framework.skeletons import H36M17
from framework.stages import Runtime


@pytest.fixture
def result(make_clip):
    found = make_clip(people=2, rows=6)
    root = np.tile(np.float32([0.1, 0.2, 3]), (6, 1))
    return replace(found, poses=tuple(replace(pose, root=root) for pose in found.poses))


@pytest.mark.parametrize(("unit", "per_metre"), [("m", 1), ("mm", 1000)])
def test_markers_are_the_joints_with_y_up(result, tmp_path, unit, per_metre):
    exporter = TrcExporter(TrcConfig(unit=unit), Runtime())
    paths = exporter.export(result, tmp_path / "clip")
    assert [path.name for path in paths] == ["clip_person7.trc", "clip_person8.trc"]
    lines = paths[0].read_text(encoding="utf-8").split("\n")
    names, values = lines[1].split("\t"), lines[2].split("\t")
    head = dict(zip(names, values, strict=True))
    assert (head["DataRate"], head["NumFrames"], head["Units"]) == ("25", "6", unit)
    markers = [name for name in lines[3].split("\t")[2:] if name]
    assert len(markers) == int(head["NumMarkers"]) == 15 and markers[3] == "RAnkle"
    first = lines[6].split("\t")
    assert len(first) == 2 + 3 * 15 == len(lines[4].split("\t"))
    assert (first[0], float(first[1])) == ("1", pytest.approx(1 / 3, abs=1e-6))
    ankle = result.poses[0].joints[0, H36M17.index("right_ankle")] + [0.1, 0.2, 3]
    found = np.array(first[2 + 9 : 2 + 12], float) / per_metre
    np.testing.assert_allclose(found, ankle * [1, -1, -1], atol=1e-5)
    missing = lines[7].split("\t")
    assert len(missing) == len(first) and set(missing[2:]) == {"NaN"}


def test_it_reads_back_as_a_truth(result, tmp_path):
    [path, _] = TrcExporter(TrcConfig(markers="h36m"), Runtime()).export(result, tmp_path / "clip")
    truth = load_truth(path)
    np.testing.assert_allclose(truth.time_s, result.time_s, atol=1e-6)
