"""Animated figures as binary glTF."""

from framework.hookspecs import StageEntry, hookimpl

from .config import GlbConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[glb]``."""
    return [
        StageEntry(
            name="glb",
            summary="animated figures of all people in one glTF scene, with the camera",
            config=GlbConfig,
            factory=f"{__name__}.glb:GlbExporter",
        )
    ]
