"""Motion-compensated frames by FFmpeg's minterpolate filter."""

from framework.hookspecs import StageEntry, hookimpl

from .config import MinterpolateConfig


@hookimpl
def register_interpolators() -> list[StageEntry]:
    """Offer ``interpolator=minterpolate``."""
    return [
        StageEntry(
            name="minterpolate",
            summary="FFmpeg's motion-compensated frames; no weights, slow on large frames",
            config=MinterpolateConfig,
            factory=f"{__name__}.minterpolate:Minterpolate",
            homepage="https://ffmpeg.org/ffmpeg-filters.html#minterpolate",
        )
    ]
