"""Frames in between, blended from their neighbours."""

from __future__ import annotations

import numpy as np

from framework.stages import Interpolator, Runtime
from framework.types import FrameBatch, VideoInfo

from .config import BlendConfig


class Blend(Interpolator):
    """Keeps the last frame of a chunk until the next one comes."""

    def __init__(self, config: BlendConfig, runtime: Runtime) -> None:
        self._steps = config.between + 1
        self._held: FrameBatch | None = None

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._held = None

    def expand(self, frames: FrameBatch) -> FrameBatch:
        """Return all but the last frame, each followed by its blends with the next."""
        if self._held is not None:
            frames = _joined(self._held, frames)
        self._held = _rows(frames, slice(-1, None))
        first, second = _rows(frames, slice(-1)), _rows(frames, slice(1, None))
        share = np.tile(np.arange(self._steps) / self._steps, len(first))
        before, after = (np.repeat(f.images, self._steps, axis=0) for f in (first, second))
        mixed = (1 - share)[:, None, None, None] * before + share[:, None, None, None] * after
        gap_s = np.repeat(second.time_s - first.time_s, self._steps)
        return FrameBatch(
            images=np.rint(mixed).astype(np.uint8),
            index=np.repeat(first.index, self._steps),
            time_s=np.repeat(first.time_s, self._steps) + share * gap_s,
            is_source=share == 0,
        )

    def flush(self) -> FrameBatch | None:
        """Return the last frame of the clip."""
        held, self._held = self._held, None
        return held


def _rows(frames: FrameBatch, rows: slice) -> FrameBatch:
    return FrameBatch(
        images=frames.images[rows],
        index=frames.index[rows],
        time_s=frames.time_s[rows],
        is_source=frames.is_source[rows],
    )


def _joined(first: FrameBatch, second: FrameBatch) -> FrameBatch:
    return FrameBatch(
        images=np.concatenate([first.images, second.images]),
        index=np.concatenate([first.index, second.index]),
        time_s=np.concatenate([first.time_s, second.time_s]),
        is_source=np.concatenate([first.is_source, second.is_source]),
    )
