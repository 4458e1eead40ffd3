"""Whole frames of interlaced ones, by FFmpeg's filter bwdif.

The two fields of an interlaced frame were taken one after the other: a limb in motion has a comb at
its edges, and a keypoint lies between two times.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
from av import VideoFrame
from av.error import BlockingIOError, EOFError
from av.filter import Graph

from framework.errors import BackendError


def deinterlaced(frames: Iterator[VideoFrame], *, fields: bool) -> Iterator[VideoFrame]:
    """Deinterlace the frames that are flagged as interlaced.

    Args:
        frames: in order. Until the first one that is flagged they are passed on as they are.
        fields: make two frames of each, at the times of its fields; also of those that are not
            flagged, so that the rate stays the same.
    """
    graph: Graph | None = None
    size = (0, 0)
    for frame in frames:
        here = (frame.width, frame.height)
        if graph is not None and here != size:  # the film changes its size
            yield from _drained(graph)
            graph = None
        if graph is None and (fields or frame.interlaced_frame):
            graph, size = _graph(frame, fields), here
        if graph is None:
            yield frame
            continue
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        yield from _drained(graph)


def _graph(frame: VideoFrame, fields: bool) -> Graph:
    if "bwdif" not in av.filter.filters_available:
        raise BackendError(
            "the FFmpeg of PyAV has no filter bwdif, which deinterlaces",
            "Install PyAV from a wheel, or leave frames as they are: deinterlace=off",
        )
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    mode = "mode=send_field:deint=all" if fields else "mode=send_frame:deint=interlaced"
    filter_, sink = graph.add("bwdif", mode), graph.add("buffersink")
    source.link_to(filter_)
    filter_.link_to(sink)
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    """Every frame that the graph can give now."""
    while True:
        try:
            frame = graph.pull()
        except (BlockingIOError, EOFError):
            return
        assert isinstance(frame, VideoFrame)  # noqa: S101  (there is no sound in the graph)
        yield frame


def _drained(graph: Graph) -> Iterator[VideoFrame]:
    graph.push(None)
    yield from _ready(graph)
