"""Writes VRM animations: glTF with a map of humanoid bones (VRMC_vrm_animation 1.0)."""

from __future__ import annotations

from pathlib import Path

from framework.animation import RIG, Animation, animations
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._gltf import Gltf
from .._gltf_people import add_motion, add_skeleton
from .._rig_names import RIG_NAMES
from .config import VrmaConfig


class VrmaExporter(Exporter):
    """``<target>_person<id>.vrma``: T-pose at rest, hips translate, humanoid bones rotate."""

    def __init__(self, config: VrmaConfig, runtime: Runtime) -> None:
        self._config = config

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the files; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses lack joints of H36M-17.
        """
        paths = []
        for animation in animations(result, self._config.fps):
            path = target.with_name(f"{target.name}_person{animation.person}.vrma")
            path.write_bytes(_document(animation).to_bytes())
            paths.append(path)
        return paths


def _document(animation: Animation) -> Gltf:
    gltf, names = Gltf(), RIG_NAMES["vrm"]
    nodes = add_skeleton(gltf, animation, names)
    add_motion(gltf, animation, nodes)
    bones = {names[bone.name]: {"node": node} for bone, node in zip(RIG, nodes, strict=True)}
    gltf.document["extensionsUsed"] = ["VRMC_vrm_animation"]
    gltf.document["extensions"] = {
        "VRMC_vrm_animation": {"specVersion": "1.0", "humanoid": {"humanBones": bones}}
    }
    return gltf
