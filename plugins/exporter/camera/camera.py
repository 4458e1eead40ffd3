"""Writes the camera with which a result was computed as JSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.focal import lens_of
from framework.outputs import write_json
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .config import CameraConfig


class CameraExporter(Exporter):
    """``<target>_camera.json``: a pinhole in the world of the animation files."""

    def __init__(self, config: CameraConfig, runtime: Runtime) -> None:
        pass

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file; see `framework.stages.Exporter`."""
        width, height = result.video.size_wh
        lens = lens_of(result)
        path = target.with_name(f"{target.name}_camera.json")
        write_json(
            path,
            {
                "image_size_wh": [width, height],
                "focal_px": [lens.focal_px, lens.focal_px],
                "principal_point_px": [width / 2, height / 2],
                "focal_length_source": lens.source,
                "fps": float(result.video.fps_read),
                "world": "metres, y up, right-handed, as in bvh, glb, vrma and trc files",
                # The camera stands still in this world: x right, y up, it looks along -z.
                "world_from_camera": np.eye(4).tolist(),
                "camera_axes": "x right, y up, looks along -z (OpenGL, glTF, Blender)",
            },
        )
        return [path]
