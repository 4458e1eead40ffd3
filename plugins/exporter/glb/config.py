"""Options of the glb exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option

from .._rig_names import RIG_NAMES


@dataclass(frozen=True, kw_only=True)
class GlbConfig(Options):
    """How the glTF file is written."""

    rig: str = option("plain", "names of the bones", choices=tuple(RIG_NAMES))
    fps: float | None = option(
        None, "frames per second; null: those of the clip", above=0, high=1000
    )
