"""No picture."""

from framework.hookspecs import StageEntry, hookimpl

from .config import NoneConfig


@hookimpl
def register_renderers() -> list[StageEntry]:
    """Offer ``renderer=none``."""
    return [
        StageEntry(
            name="none",
            summary="draws nothing and saves the second decoding",
            config=NoneConfig,
            factory=f"{__name__}.none:NoRenderer",
        )
    ]
