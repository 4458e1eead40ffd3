"""Motion for VRM avatars."""

from framework.hookspecs import StageEntry, hookimpl

from .config import VrmaConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[vrma]``."""
    return [
        StageEntry(
            name="vrma",
            summary="VRM animation for avatars, one file per person",
            config=VrmaConfig,
            factory=f"{__name__}.vrma:VrmaExporter",
        )
    ]
