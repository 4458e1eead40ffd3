"""Frames in between by block matching: FFmpeg's filter, in this process, through PyAV."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av import VideoFrame
from av.filter import Graph, filters_available
from typing_extensions import Self

from framework.errors import BackendError, ConfigurationError
from framework.stages import Runtime
from framework.types import Bytes, VideoInfo

from .._between.between import Between
from .config import MinterpolateConfig

_PIX_FMT = "yuv420p"
_LEAST_PX = 32
# Cuts are ours to find (scd). Blocks are matched from each frame to the other (bidir): nearer to
# the true frames of quick motion than the filter's default, for 1.6 times its work.
_OPTIONS = "mi_mode=mci:me_mode=bidir:scd=none"


class Minterpolate(Between):
    """Every gap is given to the filter alone, in time that runs evenly.

    So its regular clock falls exactly on the wanted times of a variable rate, the answer does not
    depend on chunks, and no frame is left in the filter at the end of a clip.
    """

    def __init__(self, config: MinterpolateConfig, runtime: Runtime) -> None:
        super().__init__(config)

    def __enter__(self) -> Self:
        """Check that the filter is there.

        Raises:
            BackendError: PyAV was built without it.
        """
        if "minterpolate" not in filters_available:
            raise BackendError(
                f"PyAV {av.__version__} was built without FFmpeg's minterpolate filter",
                "Install the wheel: python -m pip install --force-reinstall --only-binary av av",
            )
        return self

    def start(self, video: VideoInfo) -> None:
        """Forget the last clip.

        Raises:
            ConfigurationError: its pictures are too small for the filter's blocks.
        """
        super().start(video)
        if min(video.size_wh) < _LEAST_PX:
            width, height = video.size_wh
            raise ConfigurationError(
                f"interpolator=minterpolate needs {_LEAST_PX} pixels on each side, but "
                f"'{video.path.name}' has {width}x{height}",
                "Use interpolator=none.",
            )

    def make(self, first: Bytes, second: Bytes, steps: int) -> Bytes:
        """Return (steps - 1, H, W, 3) frames; see `Between.make`."""
        graph = _graph(first, steps)
        # The filter answers for a gap when it has seen the frame after it.
        made: dict[int, VideoFrame] = {}
        for number, image in enumerate((first, second, second)):
            frame = VideoFrame.from_ndarray(image, format="rgb24").reformat(format=_PIX_FMT)
            frame.pts, frame.time_base = number * steps, Fraction(1, steps)
            graph.push(frame)
            made.update(_waiting(graph))
        return np.stack([made[step].to_ndarray(format="rgb24") for step in range(1, steps)])


def _graph(image: Bytes, steps: int) -> Graph:
    """A filter that has seen nothing: from one frame to the next are ``steps`` of its clock."""
    height, width = image.shape[:2]
    graph = Graph()
    source = graph.add(
        "buffer",
        f"video_size={width}x{height}:pix_fmt={_PIX_FMT}:time_base=1/{steps}:frame_rate=1:"
        "pixel_aspect=1",
    )
    between = graph.add("minterpolate", f"fps={steps}:{_OPTIONS}")
    sink = graph.add("buffersink")
    source.link_to(between)
    between.link_to(sink)
    graph.configure()
    return graph


def _waiting(graph: Graph) -> dict[int, VideoFrame]:
    """The frames that the filter has made, by their time."""
    frames: dict[int, VideoFrame] = {}
    while True:
        try:
            frame = graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return frames
        frames[int(frame.pts or 0)] = frame
