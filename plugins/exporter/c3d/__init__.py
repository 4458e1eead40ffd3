"""Positions as C3D, for programs of movement analysis."""

from framework.hookspecs import Module, StageEntry, hookimpl

from .config import C3dConfig


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[c3d]``."""
    return [
        StageEntry(
            name="c3d",
            summary="joint positions and residuals as C3D, one file per person",
            config=C3dConfig,
            factory=f"{__name__}.c3d:C3dExporter",
            requires=(Module(name="ezc3d", install="pip install 'framework[c3d]'"),),
        )
    ]
