"""A renderer that draws nothing."""

from __future__ import annotations

from pathlib import Path

from framework.stages import Renderer, Runtime
from framework.types import FrameBatch, RunResult

from .config import NoneConfig


class NoRenderer(Renderer):
    """Leaves the clip alone; it is not even decoded again."""

    wants_frames = False

    def __init__(self, config: NoneConfig, runtime: Runtime) -> None:
        pass

    def open(self, result: RunResult, target: Path) -> None:
        """Do nothing."""

    def draw(self, frames: FrameBatch) -> None:
        """Do nothing."""

    def close(self) -> Path | None:
        """Return None: there is no picture."""
        return None
