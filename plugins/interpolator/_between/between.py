"""Holds a frame until the next comes, and puts made ones between where that makes sense."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from framework.stages import Interpolator
from framework.types import Bytes, FrameBatch, Ints, VideoInfo

from .config import BetweenConfig
from .cuts import difference

_TICK_S = 1e-6
"""Times are multiples of a clock tick: its rounding must not turn a gap into a long one."""


class Between(Interpolator):
    """What is left to a subclass is `make`.

    The frames of one gap are evenly spaced in time between the true times of its two source
    frames, whatever the rate of the clip does. Nothing is made across a scene cut or a gap
    longer than ``max_gap_s``. Memory is that of one chunk and its made frames.

    Args:
        config: how many frames are put where.
    """

    def __init__(self, config: BetweenConfig) -> None:
        self._settings = config
        self._held: FrameBatch | None = None
        self._forget()

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._forget()
        if self._settings.target_fps is not None:
            rate = float(video.fps) / video.stride
            self.factor = max(1, ceil(self._settings.target_fps / rate))

    def make(self, first: Bytes, second: Bytes, steps: int) -> Bytes:
        """Return what lies between two frames.

        Args:
            first: (H, W, 3) uint8 RGB.
            second: the frame after it, of the same shape.
            steps: at least 2; parts into which the time between is divided.

        Returns:
            (steps - 1, H, W, 3) uint8: the frames at 1/steps, 2/steps ... of the way.
        """
        raise NotImplementedError

    def expand(self, frames: FrameBatch) -> FrameBatch:
        """Return all but the last frame, each followed by what lies between it and the next."""
        if not len(frames):
            return frames
        if self._held is not None:
            frames = _joined(self._held, frames)
        self._held = _rows(frames, slice(-1, None))
        steps = self._steps(frames)
        first = np.cumsum(steps) - steps
        gap = np.repeat(np.arange(len(steps)), steps)
        share = (np.arange(len(gap)) - first[gap]) / steps[gap]
        images = np.empty((len(gap), *frames.images.shape[1:]), np.uint8)
        for number, (begin, parts) in enumerate(zip(first.tolist(), steps.tolist(), strict=True)):
            before, after = frames.images[number : number + 2]
            images[begin] = before
            if parts > 1:
                images[begin + 1 : begin + parts] = self.make(before, after, parts)
        return FrameBatch(
            images=images,
            index=frames.index[gap],
            time_s=frames.time_s[gap] + share * np.diff(frames.time_s)[gap],
            is_source=share == 0,
        )

    def flush(self) -> FrameBatch | None:
        """Return the last frame of the clip."""
        held, self._held = self._held, None
        return held

    @property
    def notes(self) -> Sequence[str]:
        """Where nothing was put."""
        left = {
            "scene cuts": self._cuts,
            f"gaps longer than {self._settings.max_gap_s:g} s": self._pauses,
        }
        parts = [f"{count} {what}" for what, count in left.items() if count]
        return [f"the interpolator made no frames in {' and '.join(parts)}"] if parts else []

    def _forget(self) -> None:
        self.factor = self._settings.factor
        self._held = None
        self._cuts = self._pauses = 0

    def _steps(self, frames: FrameBatch) -> Ints:
        """(B - 1,) parts into which each gap is divided; 1 makes no frame."""
        gaps_s = np.diff(frames.time_s)
        target = self._settings.target_fps
        wanted = np.full(len(gaps_s), self._settings.factor, np.int64)
        if target is not None:
            wanted = np.maximum(np.rint(gaps_s * target), 1).astype(np.int64)
        for gap in np.flatnonzero(wanted > 1):
            if gaps_s[gap] > self._settings.max_gap_s + _TICK_S:
                self._pauses += 1
            elif difference(*frames.images[gap : gap + 2]) > self._settings.max_difference:
                self._cuts += 1
            else:
                continue
            wanted[gap] = 1
        return wanted


def _rows(frames: FrameBatch, rows: slice) -> FrameBatch:
    """Some frames, copied, so that they do not keep the others in memory."""
    return FrameBatch(
        images=frames.images[rows].copy(),
        index=frames.index[rows].copy(),
        time_s=frames.time_s[rows].copy(),
        is_source=frames.is_source[rows].copy(),
    )


def _joined(first: FrameBatch, second: FrameBatch) -> FrameBatch:
    return FrameBatch(
        images=np.concatenate([first.images, second.images]),
        index=np.concatenate([first.index, second.index]),
        time_s=np.concatenate([first.time_s, second.time_s]),
        is_source=np.concatenate([first.is_source, second.is_source]),
    )
