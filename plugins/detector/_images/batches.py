"""Batches of one frame, for what depends on the frame before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from framework.types import FrameBatch, Image


def one_frame(image: Image) -> FrameBatch:
    """A batch of one image (H, W, 3), the first of its clip."""
    return FrameBatch(
        images=image[None],
        index=np.zeros(1, np.int64),
        time_s=np.zeros(1),
        is_source=np.ones(1, bool),
    )


def each_frame(frames: FrameBatch) -> Iterator[FrameBatch]:
    """The frames of a batch, each as a batch of one."""
    for row in range(len(frames)):
        part = slice(row, row + 1)
        yield FrameBatch(
            images=frames.images[part],
            index=frames.index[part],
            time_s=frames.time_s[part],
            is_source=frames.is_source[part],
        )
