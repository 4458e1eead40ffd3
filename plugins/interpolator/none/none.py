"""The frames of the clip and no others."""

from __future__ import annotations

from framework.stages import Interpolator, Runtime
from framework.types import FrameBatch

from .config import NoInterpolationConfig


class NoInterpolation(Interpolator):
    """Returns every frame unchanged."""

    def __init__(self, config: NoInterpolationConfig, runtime: Runtime) -> None:
        pass

    def expand(self, frames: FrameBatch) -> FrameBatch:
        """Return the frames themselves."""
        return frames

    def flush(self) -> FrameBatch | None:
        """Return None: nothing is held back."""
        return None
