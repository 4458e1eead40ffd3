"""The decoder: every frame that can be decoded, and the time of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from framework.reading import Reading
from framework.video.container import open_video
from framework.video.stamps import MOST_REORDERED, are_decode_times

SMALLEST_STEP_S = 1e-3
"""How far a frame comes after the one before it if the file gives both the same time; at most."""


@contextmanager
def open_decoder(
    path: Path,
    threads: int,
    reading: Reading = Reading(),
) -> Iterator[Decoder]:
    """Open the video track of a file for decoding with so many threads (0: one per core).

    Raises:
        InputError: as `open_video`.
    """
    with open_video(path, reading) as (container, stream):
        by_decode_time = are_decode_times(container, stream)
    with open_video(path, reading) as (container, stream):
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        yield Decoder(container, stream, by_decode_time=by_decode_time)


class Decoder:
    """Decodes what can be decoded, as the ffmpeg program does: broken packets are skipped.

    Attributes:
        container, stream: what it decodes.
        broken: packets that raised an error.
        cut: packets of which the file holds only a part.
        hidden: packets that the file itself marks as not to be shown (edit lists).
        hidden_late: those of them that would come after one that is shown.
        begins_with_key: whether the first packet from where the container stood was a key frame.
        by_decode_time: whether time stamps are those of decoding; such a file is read from its
            beginning, as seeking in it leads to unknown places.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, *, by_decode_time: bool = False
    ) -> None:
        self.container = container
        self.stream = stream
        self.broken = 0
        self.cut = 0
        self.hidden = 0
        self.hidden_late = 0
        self.begins_with_key = True
        self.by_decode_time = by_decode_time

    def frames(self) -> Iterator[VideoFrame]:
        """Yield the frames from where the container stands, in the order of presentation."""
        return _retimed(self._decoded()) if self.by_decode_time else self._decoded()

    def _decoded(self) -> Iterator[VideoFrame]:
        packets, first = self.container.demux(self.stream), True
        begin, shown = math.inf, 0
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self.broken += 1
                yield from self._flush()
                return
            if first:
                self.begins_with_key, first = packet.is_keyframe, False
            self.hidden += packet.is_discard
            if packet.is_discard:
                late = shown > MOST_REORDERED or (packet.pts is not None and packet.pts > begin)
                self.hidden_late += late
            elif packet.pts is not None:
                begin, shown = min(begin, packet.pts), shown + 1
            self.cut += packet.is_corrupt
            try:
                frames = packet.decode()
            except FFmpegError:
                self.broken += 1
                continue
            yield from frames

    def _flush(self) -> list[VideoFrame]:
        try:
            return self.stream.decode(None)
        except FFmpegError:
            self.broken += 1
            return []


def _retimed(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """Give frames the times at which they come out of the decoder, the first its own stamp.

    For files whose stamps are decode times: those of the frames are then out of order, but those
    of the packets after which they come out rise, one by one.
    """
    delay: int | None = None
    for number, frame in enumerate(frames):
        if frame.dts is not None and frame.pts is not None:
            delay = frame.dts - frame.pts if delay is None else delay
            frame.pts = frame.dts - delay
        elif number:  # the last ones, when the file has ended: they follow at the average rate
            frame.pts = None
        yield frame


class Clock:
    """Seconds from the first frame of the clip, strictly rising also where the file's are not."""

    def __init__(self, fps: Fraction, zero_s: Fraction | None) -> None:
        self._period_s = float(1 / fps)
        self._step_s = min(SMALLEST_STEP_S, self._period_s)
        self._zero_s = zero_s
        # One period before zero, so that a first frame without a time stamp is at 0.
        self._last_s = -self._period_s
        self._shift_s = 0.0

    @property
    def end_s(self) -> float:
        """When the last frame so far has been shown."""
        return self._last_s + self._period_s

    def time_s(self, frame: VideoFrame) -> float:
        """Time of the next frame; without a time stamp it follows at the average rate."""
        next_s = self._last_s + self._period_s
        time_s = next_s
        if frame.pts is not None and frame.time_base is not None:
            # Files need not start at 0: time is relative to the first frame of the clip.
            stamp_s = frame.pts * frame.time_base
            self._zero_s = stamp_s if self._zero_s is None else self._zero_s
            time_s = float(stamp_s - self._zero_s) + self._shift_s
        if time_s < self._last_s - 1:  # clips were joined, and time stamps restart
            self._shift_s += next_s - time_s
            time_s = next_s
        self._last_s = max(time_s, self._last_s + self._step_s)
        return self._last_s
