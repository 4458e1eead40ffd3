"""Writes one glTF 2.0 scene with an animated figure per person and the camera."""

from __future__ import annotations

import math
from pathlib import Path

from framework.animation import animations
from framework.focal import lens_of
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._gltf import Gltf
from .._gltf_people import add_figure, add_motion, add_skeleton
from .._rig_names import RIG_NAMES
from .config import GlbConfig


class GlbExporter(Exporter):
    """``<target>.glb``: metres, y up, the camera at the origin looking along -z."""

    def __init__(self, config: GlbConfig, runtime: Runtime) -> None:
        self._config = config

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses lack joints of H36M-17.
        """
        gltf = Gltf()
        for animation in animations(result, self._config.fps):
            nodes = add_skeleton(gltf, animation, RIG_NAMES[self._config.rig])
            add_figure(gltf, animation, nodes)
            add_motion(gltf, animation, nodes)
        _add_camera(gltf, result)
        path = target.with_name(f"{target.name}.glb")
        path.write_bytes(gltf.to_bytes())
        return [path]


def _add_camera(gltf: Gltf, result: RunResult) -> None:
    width, height = result.video.size_wh
    lens = {
        "aspectRatio": width / height,
        "yfov": 2 * math.atan(0.5 * height / lens_of(result).focal_px),
        "znear": 0.05,
        "zfar": 1000.0,
    }
    camera = gltf.add("cameras", {"type": "perspective", "perspective": lens})
    gltf.add_to_scene(gltf.add("nodes", {"name": "camera", "camera": camera}))
