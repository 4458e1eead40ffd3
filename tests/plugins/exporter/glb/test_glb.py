"""glTF files, taken apart by hand as the specification describes them."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from framework.animation import RIG, animations
from framework.plugins.exporter.glb.config import GlbConfig
from framework.plugins.exporter.glb.glb import GlbExporter
from framework.stages import Runtime

TYPES = {5126: np.float32, 5125: np.uint32, 5123: np.uint16, 5121: np.uint8}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Read:
    """A GLB file."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON" and size % 4 == 0
        self.document = json.loads(data[20 : 20 + size])
        self.data = data[28 + size :]

    def array(self, number: int) -> np.ndarray:
        accessor = self.document["accessors"][number]
        view = self.document["bufferViews"][accessor["bufferView"]]
        assert view["byteOffset"] % 4 == 0
        width = WIDTHS[accessor["type"]]
        count = accessor["count"] * width
        kind = TYPES[accessor["componentType"]]
        values = np.frombuffer(self.data, kind, count, view["byteOffset"])
        return values.reshape(-1, width)

    def positions(self, animation: int) -> dict[str, np.ndarray]:
        """(T, 3) place of each node of an animation in the world."""
        nodes, tracks = self.document["nodes"], self.document["animations"][animation]
        moved = {
            (channel["target"]["node"], channel["target"]["path"]): self.array(
                tracks["samplers"][channel["sampler"]]["output"]
            )
            for channel in tracks["channels"]
        }
        found = {}

        def visit(number: int, axes: np.ndarray, place: np.ndarray) -> None:
            node = nodes[number]
            own = moved.get((number, "translation"), np.array(node["translation"]))
            place = place + np.einsum("tij,tj->ti", axes, np.broadcast_to(own, place.shape))
            turn = Rotation.from_quat(moved[number, "rotation"]).as_matrix()
            found[node["name"]] = place
            for child in node.get("children", []):
                visit(child, axes @ turn, place)

        [root] = {node for node, path in moved if path == "translation"}
        rows = len(moved[root, "translation"])
        visit(root, np.tile(np.eye(3), (rows, 1, 1)), np.zeros((rows, 3)))
        return found


@pytest.fixture
def read(make_clip, tmp_path):
    result = make_clip(people=2, rows=30)
    [path] = GlbExporter(GlbConfig(), Runtime()).export(result, tmp_path / "clip.of")
    assert path.name == "clip.of.glb"
    return result, Read(path)


def test_joints_are_where_the_animation_has_them(read):
    result, file = read
    for number, animation in enumerate(animations(result)):
        found, expected = file.positions(number), animation.positions()
        for bone, place in zip(RIG, np.moveaxis(expected, 1, 0), strict=True):
            np.testing.assert_allclose(found[bone.name], place, atol=2e-5)


def test_times_are_those_of_the_clip_and_quaternions_never_change_sides(read):
    result, file = read
    for animation in file.document["animations"]:
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            times = file.array(sampler["input"])[:, 0]
            np.testing.assert_allclose(times, result.time_s, atol=1e-5)
            if channel["target"]["path"] == "rotation":
                turned = file.array(sampler["output"])
                assert ((turned[1:] * turned[:-1]).sum(axis=1) >= 0).all()


def test_each_figure_hangs_on_its_own_skeleton_and_stands_on_the_floor_at_rest(read):
    _, file = read
    assert len(file.document["skins"]) == len(file.document["meshes"]) == 2
    skins = [node["skin"] for node in file.document["nodes"] if "skin" in node]
    assert sorted(skins) == [0, 1]
    for skin in file.document["skins"]:
        inverse = file.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
        rest = -inverse[:, 3, :3]
        hips = file.document["nodes"][skin["joints"][0]]["translation"]
        np.testing.assert_allclose(rest[0], hips, atol=1e-6)
        assert rest[:, 1].min() == pytest.approx(0, abs=1e-6)


def test_the_camera_is_in_the_scene(read):
    result, file = read
    [camera] = file.document["cameras"]
    focal = 0.5 * result.video.size_wh[1] / np.tan(camera["perspective"]["yfov"] / 2)
    assert focal == pytest.approx(0.95 * 640)


@pytest.mark.parametrize(("rig", "name"), [("unity", "LeftUpperLeg"), ("ue5", "thigh_l")])
def test_bones_have_the_names_that_were_asked_for(make_clip, tmp_path, rig, name):
    [path] = GlbExporter(GlbConfig(rig=rig), Runtime()).export(make_clip(), tmp_path / "clip")
    assert name in {node["name"] for node in Read(path).document["nodes"]}


def test_nobody_is_a_scene_with_a_camera(make_clip, tmp_path):
    [path] = GlbExporter(GlbConfig(), Runtime()).export(make_clip(people=0), tmp_path / "clip")
    document = Read(path).document
    assert "animations" not in document and len(document["nodes"]) == 1
