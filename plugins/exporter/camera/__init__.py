"""The camera beside the motion."""

from framework.hookspecs import StageEntry, hookimpl

from .config import CameraConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[camera]``."""
    return [
        StageEntry(
            name="camera",
            summary="intrinsics and pose of the camera as JSON",
            config=CameraConfig,
            factory=f"{__name__}.camera:CameraExporter",
        )
    ]
