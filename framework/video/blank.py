"""Frames of a clip without a video: one plain image, at the times of the clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType

import numpy as np
from typing_extensions import Self

from framework.errors import InputError
from framework.types import BlankClip, FrameBatch
from framework.video.decode import EPSILON_S
from framework.video.probe import check_part

BACKGROUND = (38, 42, 50)
"""RGB; a dark colour, on which drawn keypoints are well visible."""


def part_of(
    clip: BlankClip, *, start_s: float = 0.0, end_s: float | None = None, stride: int = 1
) -> BlankClip:
    """Cut a clip as `framework.video.probe.probe` cuts a video.

    Raises:
        InputError: nothing is left.
        ConfigurationError: ``start_s``, ``end_s`` or ``stride`` make no sense.
    """
    check_part(start_s, end_s, stride)
    until_s = np.inf if end_s is None else end_s
    inside = (clip.time_s >= start_s - EPSILON_S) & (clip.time_s < until_s - EPSILON_S)
    index, time_s = clip.index[inside], clip.time_s[inside]
    if not len(index):
        until = "the end" if end_s is None else f"{end_s:g} s"
        raise InputError(
            f"'{clip.video.path}' has no frame between {start_s:g} s and {until}",
            "Choose another start_s or end_s.",
        )
    chosen = (index - index[0]) % stride == 0
    video = replace(clip.video, start_s=start_s, end_s=end_s, stride=stride)
    return replace(clip, video=video, index=index[chosen], time_s=time_s[chosen])


class BlankReader:
    """Yields plain frames as `framework.video.decode.FrameReader` does decoded ones.

    Args:
        clip: what to read; its images share one array, which is read-only.
        batch_size: frames in a batch; fewer in the last one.

    Attributes:
        frames_read: frames yielded so far.
        warnings: always empty.
    """

    def __init__(self, clip: BlankClip, *, batch_size: int) -> None:
        width, height = clip.video.size_wh
        self.frames_read = 0
        self.warnings: list[str] = []
        self._clip = clip
        self._batch_size = batch_size
        self._image = np.full((height, width, 3), BACKGROUND, np.uint8)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing: nothing is open."""

    def __iter__(self) -> Iterator[FrameBatch]:
        return self

    def __next__(self) -> FrameBatch:
        rows = slice(self.frames_read, self.frames_read + self._batch_size)
        index = self._clip.index[rows]
        if not len(index):
            raise StopIteration
        self.frames_read += len(index)
        return FrameBatch(
            # (B, H, W, 3) view: a batch costs no more memory than one image.
            images=np.broadcast_to(self._image, (len(index), *self._image.shape)),
            index=index,
            time_s=self._clip.time_s[rows],
            is_source=np.ones(len(index), bool),
        )
