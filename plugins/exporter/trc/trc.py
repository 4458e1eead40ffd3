"""Writes one TRC file per person (Motion Analysis' table of marker positions)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from framework.animation import to_world
from framework.errors import ConfigurationError
from framework.geometry.camera import Array
from framework.skeletons import H36M17, map_joints
from framework.stages import Exporter, Runtime
from framework.types import Pose3D, RunResult

from .config import TrcConfig

_PER_METRE = {"m": 1.0, "mm": 1000.0}
_MARKERS: Mapping[str, Mapping[str, str]] = {
    "h36m": {joint: joint for joint in H36M17.joints},
    # spine and neck of H36M-17 are no markers of Pose2Sim's models.
    "pose2sim": {
        "pelvis": "Hip",
        "right_hip": "RHip",
        "right_knee": "RKnee",
        "right_ankle": "RAnkle",
        "left_hip": "LHip",
        "left_knee": "LKnee",
        "left_ankle": "LAnkle",
        "thorax": "Neck",
        "head": "Head",
        "right_shoulder": "RShoulder",
        "right_elbow": "RElbow",
        "right_wrist": "RWrist",
        "left_shoulder": "LShoulder",
        "left_elbow": "LElbow",
        "left_wrist": "LWrist",
    },
}


class TrcExporter(Exporter):
    """``<target>_person<id>.trc``: y up, a row per frame, empty cells where there is no pose."""

    def __init__(self, config: TrcConfig, runtime: Runtime) -> None:
        self._unit = config.unit
        self._markers = _MARKERS[config.markers]

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
            cells = ("" if np.isnan(value) else f"{value:.6f}" for value in values)
            yield f"{row}\t{time_s:.6f}\t" + "\t".join(cells)

    def _points(self, pose: Pose3D) -> tuple[Array, list[str]]:
        """(T, 3 M) coordinates in the file's unit, and the names of the M markers."""
        joints = map_joints(pose.joints, pose.skeleton, H36M17)
        known = [name for name in self._markers if np.isfinite(joints[:, H36M17.index(name)]).any()]
        if not known:
            raise ConfigurationError(
                f"poses of skeleton {pose.skeleton.name!r} have no joint that TRC files name",
                "Choose a lifter that gives joints of H36M-17.",
            )
        points = joints[:, [H36M17.index(name) for name in known]].astype(np.float64)
        if pose.root is not None:
            points += pose.root[:, None]
        points[~pose.valid] = np.nan
        flat = to_world(points).reshape(len(points), -1) * _PER_METRE[self._unit]
        return np.asarray(np.round(flat, 6) + 0.0), [self._markers[name] for name in known]
