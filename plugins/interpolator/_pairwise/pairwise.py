"""Base of interpolators that compute frames from the two source frames around them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import ceil

import numpy as np

from framework.stages import Interpolator
from framework.types import Bytes, FrameBatch, Ints, VideoInfo

from .config import PairwiseConfig
from .scene_cuts import frame_difference

_ROUNDING_S = 1e-6
"""Times are multiples of a clock tick; its rounding must not make a gap longer than max_gap_s."""


class PairwiseInterpolator(Interpolator):
    """Decides where frames are interpolated, and how many; a subclass implements `interpolate`.

    The frames of a gap are evenly spaced in time between the true times of its two source frames,
    also where the frame rate of the clip varies. Nothing is interpolated across a scene cut or in
    a gap longer than ``max_gap_s``. Memory is that of one chunk with its interpolated frames.

    Attributes:
        notes: at how many scene cuts and in how many long gaps nothing was interpolated.

    Args:
        config: how many frames are interpolated, and where.
    """

    def __init__(self, config: PairwiseConfig) -> None:
        self._settings = config
        self._held: FrameBatch | None = None
        self._reset()

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip."""
        self._reset()
        if self._settings.target_fps is not None:
            rate = float(video.fps) / video.stride
            self.factor = max(1, ceil(self._settings.target_fps / rate))

    @abstractmethod
    def interpolate(self, first: Bytes, second: Bytes, steps: int) -> Bytes:
        """Return the frames between two source frames.

        Args:
            first: (H, W, 3) uint8 RGB.
            second: the frame after it, of the same shape.
            steps: number of parts into which the time between them is divided, at least 2.

        Returns:
            (steps - 1, H, W, 3) uint8: the frames at 1/steps, 2/steps ... of the time.
        """

    def expand(self, frames: FrameBatch) -> FrameBatch:
        """Return all but the last frame, each followed by the frames between it and the next."""
        if not len(frames):
            return frames
        if self._held is not None:
            frames = _joined(self._held, frames)
        # The gap after the last frame needs the first frame of the next chunk.
        self._held = _rows(frames, slice(-1, None))
        steps = self._steps(frames)
        # Row of each source frame in the output; gap: (rows,) the gap that each row lies in.
        first = np.cumsum(steps) - steps
        gap = np.repeat(np.arange(len(steps)), steps)
        share = (np.arange(len(gap)) - first[gap]) / steps[gap]
        images = np.empty((len(gap), *frames.images.shape[1:]), np.uint8)
        for number, (begin, parts) in enumerate(zip(first.tolist(), steps.tolist(), strict=True)):
            before, after = frames.images[number : number + 2]
            images[begin] = before
            if parts > 1:
                images[begin + 1 : begin + parts] = self.interpolate(before, after, parts)
        return FrameBatch(
            images=images,
            index=frames.index[gap],
            time_s=frames.time_s[gap] + share * np.diff(frames.time_s)[gap],
            is_source=share == 0,
        )

    def flush(self) -> FrameBatch | None:
        """Return the last frame of the clip, which was held back."""
        held, self._held = self._held, None
        return held

    def _reset(self) -> None:
        self.factor = self._settings.factor
        self.notes: Sequence[str] = ()
        self._held = None
        self._cuts = self._long_gaps = 0

    def _steps(self, frames: FrameBatch) -> Ints:
        """(B - 1,) number of parts into which each gap is divided; 1 interpolates nothing."""
        gaps_s = np.diff(frames.time_s)
        target = self._settings.target_fps
        wanted = np.full(len(gaps_s), self._settings.factor, np.int64)
        if target is not None:
            wanted = np.maximum(np.rint(gaps_s * target), 1).astype(np.int64)
        for gap in np.flatnonzero(wanted > 1):
            if gaps_s[gap] > self._settings.max_gap_s + _ROUNDING_S:
                self._long_gaps += 1
            elif frame_difference(*frames.images[gap : gap + 2]) > self._settings.max_difference:
                self._cuts += 1
            else:
                continue
            wanted[gap] = 1
        self.notes = self._summary()
        return wanted

    def _summary(self) -> Sequence[str]:
        """One sentence about the gaps without interpolated frames; none where there are none."""
        left_out = {
            "scene cuts": self._cuts,
            f"gaps longer than {self._settings.max_gap_s:g} s": self._long_gaps,
        }
        parts = [f"{count} {what}" for what, count in left_out.items() if count]
        return [f"no frames were interpolated in {' and '.join(parts)}"] if parts else ()


def _rows(frames: FrameBatch, rows: slice) -> FrameBatch:
    """Copy some frames: a view would keep all images of the chunk in memory."""
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
