"""Results as JSON."""

from framework.hookspecs import StageEntry, hookimpl

from .config import JsonConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[json]``."""
    return [
        StageEntry(
            name="json",
            summary="the result as JSON, one line per person and frame",
            config=JsonConfig,
            factory=f"{__name__}.json:JsonExporter",
        )
    ]
