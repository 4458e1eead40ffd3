"""The json file: strict JSON, null where a number is missing."""

import json

from framework.plugins.exporter.json.config import JsonConfig
from framework.plugins.exporter.json.json import JsonExporter
from framework.stages import Runtime

JSON = JsonExporter(JsonConfig(), Runtime())


def test_it_is_strict_and_has_null_where_nothing_is_known(make_clip, tmp_path):
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


def test_each_row_is_one_line_and_the_header_names_the_units(make_clip, tmp_path):
    [path] = JSON.export(make_clip(people=2, rows=5), tmp_path / "clip")
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith('{"track_id"')]
    assert len(rows) == 2 * 5
    document = json.loads("\n".join(lines))
    assert set(document["units"]) <= set(document["rows"][0])
    assert document["time_s"] == [row["time_s"] for row in document["rows"][:5]]
