"""A renderer that draws nothing."""

from __future__ import annotations

from pathlib import Path

from framework.stages import Renderer, Runtime
from framework.types import FrameBatch, RunResult

from .config import NoRendererConfig


class NoRenderer(Renderer):
    """Writes no video. The pipeline does not decode the clip a second time."""

    wants_frames = False

    def __init__(self, config: NoRendererConfig, runtime: Runtime) -> None:
        pass

    def open(self, result: RunResult, target: Path) -> None:
        """Do nothing."""

    def draw(self, frames: FrameBatch) -> None:
        """Do nothing."""

    def close(self) -> Path | None:
        """Return None: no file was written."""
        return None
