"""Frames of real clips, and the real weights."""

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector._topdown.files import BLAZEPOSE
from framework.plugins.detector.blazepose.files import LANDMARKS
from framework.types import FrameBatch, VideoInfo
from framework.weights import locate

ReadFrames = Callable[..., FrameBatch]


def batch(images: np.ndarray, times: np.ndarray) -> FrameBatch:
    count = len(images)
    return FrameBatch(
        images=images,
        index=np.arange(count),
        time_s=times,
        is_source=np.ones(count, bool),
    )


@pytest.fixture(scope="session")
def weights() -> None:
    """The two default files, fetched into the cache once."""
    try:
        locate(BLAZEPOSE)
        locate(LANDMARKS["full"])
    except BackendError as error:
        pytest.skip(f"no source of the weights can be reached: {error.message}")


@pytest.fixture(scope="session")
def read_frames(shared_data: Path) -> ReadFrames:
    """Read ``count`` upright frames of a shared clip."""

    def read(name: str, count: int, start: int = 0) -> FrameBatch:
        with av.open(str(shared_data / "videos" / name)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            frames = list(islice(container.decode(stream), start, start + count))
        images = [np.rot90(f.to_ndarray(format="rgb24"), f.rotation // 90) for f in frames]
        return batch(np.ascontiguousarray(images), np.array([f.time for f in frames]))

    return read


@pytest.fixture
def video() -> VideoInfo:
    """What a detector is told before a clip; it only marks the beginning."""
    return VideoInfo(path=Path("clip.mp4"), size_wh=(640, 480), fps=Fraction(30))
