"""The camera file names the lens that placed the people."""

import json
from dataclasses import replace

import pytest

from framework.plugins.exporter.camera.camera import CameraExporter
from framework.plugins.exporter.camera.config import CameraConfig
from framework.stages import Runtime


@pytest.mark.parametrize(
    ("used", "focal", "source"),
    [
        ({}, 0.95, "default"),
        ({"root": {"longer_sides": 1.2, "source": "setting"}}, 1.2, "setting"),
    ],
)
def test_intrinsics_are_those_of_the_run(make_clip, tmp_path, used, focal, source):
    result = make_clip()
    result = replace(result, meta={**result.meta, "focal_length": used})
    [path] = CameraExporter(CameraConfig(), Runtime()).export(result, tmp_path / "clip")
    camera = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "clip_camera.json" and camera["focal_length_source"] == source
    assert camera["focal_px"] == pytest.approx([focal * 640] * 2)
    assert camera["principal_point_px"] == [320, 240]
