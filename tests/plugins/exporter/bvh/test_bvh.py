"""BVH files, read back by the laboratory's reader of motion capture."""

from dataclasses import replace

import numpy as np
import pytest

from framework.animation import RIG, animations
from framework.lab.motion.bvh import read_bvh
from framework.plugins.exporter.bvh.bvh import BvhExporter
from framework.plugins.exporter.bvh.config import BvhConfig
from framework.stages import Runtime


@pytest.mark.parametrize("order", ["ZXY", "XYZ", "ZYX"])
@pytest.mark.parametrize(("unit", "per_metre"), [("m", 1), ("cm", 100), ("mm", 1000)])
def test_joints_are_where_the_animation_has_them(make_clip, tmp_path, order, unit, per_metre):
    result = make_clip(people=2, rows=30)
    exporter = BvhExporter(BvhConfig(unit=unit, order=order), Runtime())
    paths = exporter.export(result, tmp_path / "a clip")
    assert [path.name for path in paths] == ["a clip_person7.bvh", "a clip_person8.bvh"]
    for path, animation in zip(paths, animations(result, 25), strict=True):
        read = read_bvh(path)
        assert read.fps == pytest.approx(25, rel=1e-9)
        joints = [read.names.index(bone.name) for bone in RIG]
        np.testing.assert_allclose(
            read.places[:, joints] / per_metre, animation.positions(), atol=2e-5
        )


def test_the_rest_pose_can_be_the_first_frame(make_clip, tmp_path):
    exporter = BvhExporter(BvhConfig(rest_frame=True, rig="mixamo"), Runtime())
    [path] = exporter.export(make_clip(people=1, rows=9), tmp_path / "clip")
    read = read_bvh(path)
    assert len(read.places) == 1 + 9
    assert read.names[0] == "mixamorig:Hips" and "mixamorig:LeftUpLeg" in read.names
    hand, hips = (read.places[0, read.names.index(f"mixamorig:{n}")] for n in ("LeftHand", "Hips"))
    assert hand[0] > 0 and hand[1] > 0 and not hips.any()


def test_another_rate_resamples(make_clip, tmp_path):
    exporter = BvhExporter(BvhConfig(fps=50), Runtime())
    [path] = exporter.export(make_clip(people=1, rows=11), tmp_path / "clip")
    assert "Frames: 21\nFrame Time: 0.0200000000\n" in path.read_text(encoding="ascii")


def test_the_rate_is_that_of_the_frames_that_were_read(make_clip, tmp_path):
    result = make_clip(people=1, rows=9)
    video = replace(result.video, stride=2)
    result = replace(result, video=video, time_s=result.time_s * 2)
    [path] = BvhExporter(BvhConfig(), Runtime()).export(result, tmp_path / "clip")
    assert "Frames: 9\nFrame Time: 0.0800000000\n" in path.read_text(encoding="ascii")


def test_nobody_writes_no_file(make_clip, tmp_path):
    assert BvhExporter(BvhConfig(), Runtime()).export(make_clip(people=0), tmp_path / "clip") == []
