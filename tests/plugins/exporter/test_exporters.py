"""What holds for every exporter: one row per person and frame, the same content in each."""

import json

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
