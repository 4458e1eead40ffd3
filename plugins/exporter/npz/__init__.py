"""Results as one NumPy archive."""

from framework.hookspecs import StageEntry, hookimpl

from .config import NpzConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[npz]``."""
    return [
        StageEntry(
            name="npz",
            summary="every array of the result in one NumPy archive",
            config=NpzConfig,
            factory=f"{__name__}.npz:NpzExporter",
        )
    ]
