"""Joint angles as tables and pictures."""

from framework.hookspecs import Module, StageEntry, hookimpl

from .config import AnglesConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[angles]``."""
    return [
        StageEntry(
            name="angles",
            summary="joint angles, ranges of motion and repetitions as tables and plots",
            config=AnglesConfig,
            factory=f"{__name__}.angles:AnglesExporter",
            requires=(Module(name="matplotlib", install="pip install 'framework[plots]'"),),
        )
    ]
