"""The frames of the clip and no others."""

from __future__ import annotations

from framework.stages import Interpolator, Runtime
from framework.types import FrameBatch

from .config import NoneConfig


class SourceFrames(Interpolator):
    """Hands every frame on."""

    def __init__(self, config: NoneConfig, runtime: Runtime) -> None:
        pass

    def expand(self, frames: FrameBatch) -> FrameBatch:
        """Return the frames themselves."""
        return frames

    def flush(self) -> FrameBatch | None:
        """Return None: nothing is held back."""
        return None
