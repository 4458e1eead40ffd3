"""Joint angles as a motion of OpenSim."""

from framework.hookspecs import StageEntry, hookimpl

from .config import MotConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[mot]``."""
    return [
        StageEntry(
            name="mot",
            summary="motion of OpenSim's full-body model of Rajagopal, one file per person",
            config=MotConfig,
            factory=f"{__name__}.mot:MotExporter",
            homepage="https://simtk.org/projects/full_body",
        )
    ]
