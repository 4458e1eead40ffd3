"""Writes one TRC file per person (Motion Analysis' table of marker positions)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from framework.geometry.camera import Array
from framework.stages import Exporter, Runtime
from framework.types import Pose3D, RunResult

from .._markers import MARKERS, markers_of
from .config import TrcConfig

_PER_METRE = {"m": 1.0, "mm": 1000.0}


class TrcExporter(Exporter):
    """``<target>_person<id>.trc``: y up, a row per frame, NaN where there is no pose."""

    def __init__(self, config: TrcConfig, runtime: Runtime) -> None:
        self._unit = config.unit
        self._markers = MARKERS[config.markers]

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the files; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses have none of the markers' joints.
        """
        paths = []
        for pose in result.poses:
            if pose.valid.any():
                path = target.with_name(f"{target.name}_person{pose.track_id}.trc")
                with path.open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines(f"{line}\n" for line in self._lines(result, pose, path.name))
                paths.append(path)
        return paths

    def _lines(self, result: RunResult, pose: Pose3D, name: str) -> Iterator[str]:
        points, markers = self._points(pose)
        rate, count = f"{float(result.video.fps_read):.10g}", str(len(points))
        yield f"PathFileType\t4\t(X/Y/Z)\t{name}"
        yield (
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\t"
            "OrigDataRate\tOrigDataStartFrame\tOrigNumFrames"
        )
        yield "\t".join([rate, rate, count, str(len(markers)), self._unit, rate, "1", count])
        yield "Frame#\tTime\t" + "\t\t\t".join(markers) + "\t\t"
        axes = [f"{axis}{number + 1}" for number in range(len(markers)) for axis in "XYZ"]
        yield "\t\t" + "\t".join(axes)
        yield ""
        for row, (time_s, values) in enumerate(zip(result.time_s, points, strict=True), 1):
            # Of empty cells OpenSim's reader drops those that end a line, and refuses the file.
            cells = ("NaN" if np.isnan(value) else f"{value:.6f}" for value in values)
            yield f"{row}\t{time_s:.6f}\t" + "\t".join(cells)

    def _points(self, pose: Pose3D) -> tuple[Array, list[str]]:
        """(T, 3 M) coordinates in the file's unit, and the names of the M markers."""
        markers = markers_of(pose, self._markers, "TRC")
        flat = markers.points.reshape(len(pose), -1) * _PER_METRE[self._unit]
        return np.asarray(np.round(flat, 6) + 0.0), markers.names
