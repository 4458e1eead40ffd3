"""The source frames with their 2D skeletons beside the 3D skeletons, as a video."""

from framework.hookspecs import StageEntry, hookimpl

from .config import VideoConfig


@hookimpl
def register_renderers() -> list[StageEntry]:
    """Offer ``renderer=video``."""
    return [
        StageEntry(
            name="video",
            summary="source with 2D skeleton beside the 3D skeleton, as mp4 or gif",
            config=VideoConfig,
            factory=f"{__name__}.video:VideoRenderer",
        )
    ]
