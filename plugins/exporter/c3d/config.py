"""Options of the c3d exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class C3dConfig(Options):
    """How C3D files are written."""

    markers: str = option(
        "pose2sim",
        "labels of the points: those of Pose2Sim's models, or all joints of H36M-17",
        choices=("pose2sim", "h36m"),
    )
