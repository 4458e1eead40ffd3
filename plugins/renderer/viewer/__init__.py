"""One HTML file with the film and a 3D view of everybody, in step, that opens from disk."""

from framework.hookspecs import StageEntry, hookimpl

from .config import ViewerConfig


@hookimpl
def register_renderers() -> list[StageEntry]:
    """Offer ``renderer=viewer``."""
    return [
        StageEntry(
            name="viewer",
            summary="a page with the film and a 3D view to turn by hand, as one HTML file",
            config=ViewerConfig,
            factory=f"{__name__}.viewer:ViewerRenderer",
        )
    ]
