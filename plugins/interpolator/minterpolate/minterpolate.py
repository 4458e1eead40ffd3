"""Interpolates frames by block matching: FFmpeg's minterpolate filter, run through PyAV.

Its options are documented at https://ffmpeg.org/ffmpeg-filters.html#minterpolate. Motion
compensation (``mci``) moves blocks along their motion; plain blending would show every moving
limb twice, half transparent, and a detector would find two.
"""

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

from .._pairwise.pairwise import PairwiseInterpolator
from .config import MinterpolateConfig

_PIX_FMT = "yuv420p"
_MIN_SIDE_PX = 32
"""Smaller frames have too few of the filter's blocks of 16 pixels."""
# The filter's scene detection is off (scd), as `scene_cuts` does that for all interpolators.
# Motion is estimated in both directions (bidir): the frames of quick motion come nearer to the
# true ones than with the filter's default, for 1.6 times the time.
_OPTIONS = "mi_mode=mci:me_mode=bidir:scd=none"


class Minterpolate(PairwiseInterpolator):
    """Runs the filter on each gap by itself, as if the frame rate were constant.

    So the filter's regular clock falls exactly on the wanted times when the frame rate varies,
    the result does not depend on chunks, and no frame is left in the filter at the end of a clip.
    """

    def __init__(self, config: MinterpolateConfig, runtime: Runtime) -> None:
        super().__init__(config)

    def __enter__(self) -> Self:
        """Check that the filter is available.

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
            ConfigurationError: its frames are too small for the filter's blocks.
        """
        super().start(video)
        if min(video.size_wh) < _MIN_SIDE_PX:
            width, height = video.size_wh
            raise ConfigurationError(
                f"interpolator=minterpolate needs {_MIN_SIDE_PX} pixels on each side, but "
                f"'{video.path.name}' has {width}x{height}",
                "Use interpolator=none.",
            )

    def interpolate(self, first: Bytes, second: Bytes, steps: int) -> Bytes:
        """Return (steps - 1, H, W, 3) frames; see `PairwiseInterpolator.interpolate`."""
        graph = _graph(first, steps)
        # The filter returns the frames of a gap only when it has the frame after the gap too, so
        # the second frame is given twice.
        interpolated: dict[int, VideoFrame] = {}
        for number, image in enumerate((first, second, second)):
            frame = VideoFrame.from_ndarray(image, format="rgb24").reformat(format=_PIX_FMT)
            frame.pts, frame.time_base = number * steps, Fraction(1, steps)
            graph.push(frame)
            interpolated.update(_finished(graph))
        return np.stack([interpolated[step].to_ndarray(format="rgb24") for step in range(1, steps)])


def _graph(image: Bytes, steps: int) -> Graph:
    """A new filter: the time between two source frames is ``steps`` ticks of its clock."""
    height, width = image.shape[:2]
    graph = Graph()
    source = graph.add(
        "buffer",
        f"video_size={width}x{height}:pix_fmt={_PIX_FMT}:time_base=1/{steps}:frame_rate=1:"
        "pixel_aspect=1",
    )
    filter_ = graph.add("minterpolate", f"fps={steps}:{_OPTIONS}")
    sink = graph.add("buffersink")
    source.link_to(filter_)
    filter_.link_to(sink)
    graph.configure()
    return graph


def _finished(graph: Graph) -> dict[int, VideoFrame]:
    """The frames that the filter has finished, by their time in ticks."""
    frames: dict[int, VideoFrame] = {}
    while True:
        try:
            frame = graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return frames
        frames[int(frame.pts or 0)] = frame
