"""Results as a table for spreadsheets and data frames."""

from framework.hookspecs import StageEntry, hookimpl

from .config import CsvConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[csv]``."""
    return [
        StageEntry(
            name="csv",
            summary="a table with one row per person and frame, units in its header",
            config=CsvConfig,
            factory=f"{__name__}.csv:CsvExporter",
        )
    ]
