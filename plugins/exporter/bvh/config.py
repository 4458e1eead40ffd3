"""Options of the bvh exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option

from .._rig_names import RIG_NAMES


@dataclass(frozen=True, kw_only=True)
class BvhConfig(Options):
    """How BVH files are written."""

    unit: str = option(
        "cm", "unit of lengths; BVH names none, most programs expect cm", choices=("cm", "m", "mm")
    )
    order: str = option(
        "ZXY",
        "order of the rotation channels of every joint",
        choices=("ZXY", "ZYX", "XYZ", "XZY", "YXZ", "YZX"),
    )
    rest_frame: bool = option(False, "begin with a frame in the rest pose (a T)")
    rig: str = option("plain", "names of the bones", choices=tuple(RIG_NAMES))
    fps: float | None = option(
        None, "frames per second; null: those of the clip", above=0, high=1000
    )
