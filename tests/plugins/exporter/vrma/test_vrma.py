"""VRM animations: the bones that the standard demands, and no translation but that of the hips."""

import json
import struct

from framework.plugins.exporter.vrma.config import VrmaConfig
from framework.plugins.exporter.vrma.vrma import VrmaExporter
from framework.stages import Runtime

REQUIRED = {"hips", "spine", "head"} | {
    f"{side}{bone}"
    for side in ("left", "right")
    for bone in ("UpperLeg", "LowerLeg", "Foot", "UpperArm", "LowerArm", "Hand")
}


def test_the_humanoid_has_all_bones_that_are_required(make_clip, tmp_path):
    paths = VrmaExporter(VrmaConfig(), Runtime()).export(make_clip(), tmp_path / "clip")
    assert [path.name for path in paths] == ["clip_person7.vrma", "clip_person8.vrma"]
    data = paths[0].read_bytes()
    [size] = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + size])
    extension = document["extensions"]["VRMC_vrm_animation"]
    bones = extension["humanoid"]["humanBones"]
    assert extension["specVersion"] == "1.0" and set(bones) >= REQUIRED
    for name, bone in bones.items():
        assert document["nodes"][bone["node"]]["name"] == name
    targets = [channel["target"] for channel in document["animations"][0]["channels"]]
    moved = [target["node"] for target in targets if target["path"] == "translation"]
    assert moved == [bones["hips"]["node"]]
