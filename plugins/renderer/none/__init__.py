"""No rendered video."""

from framework.hookspecs import StageEntry, hookimpl

from .config import NoRendererConfig


@hookimpl
def register_renderers() -> list[StageEntry]:
    """Offer ``renderer=none``."""
    return [
        StageEntry(
            name="none",
            summary="draws nothing; the clip is not decoded a second time",
            config=NoRendererConfig,
            factory=f"{__name__}.none:NoRenderer",
        )
    ]
