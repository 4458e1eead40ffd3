"""Motion as BVH, the format that every animation program reads."""

from framework.hookspecs import StageEntry, hookimpl

from .config import BvhConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[bvh]``."""
    return [
        StageEntry(
            name="bvh",
            summary="skeleton and motion for animation programs, one file per person",
            config=BvhConfig,
            factory=f"{__name__}.bvh:BvhExporter",
        )
    ]
