"""Positions as TRC, for OpenSim and Pose2Sim."""

from framework.hookspecs import StageEntry, hookimpl

from .config import TrcConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[trc]``."""
    return [
        StageEntry(
            name="trc",
            summary="joint positions for OpenSim and Pose2Sim, one file per person",
            config=TrcConfig,
            factory=f"{__name__}.trc:TrcExporter",
        )
    ]
