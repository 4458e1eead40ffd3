"""Options of the trc exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class TrcConfig(Options):
    """How TRC files are written."""

    markers: str = option(
        "pose2sim",
        "names of the markers: those of Pose2Sim's models, or all joints of H36M-17",
        choices=("pose2sim", "h36m"),
    )
    unit: str = option("m", "unit of lengths, named in the header", choices=("m", "mm"))
