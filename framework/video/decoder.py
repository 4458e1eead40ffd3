"""The decoder: every frame that can be decoded, and the time of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from framework.video.probe import open_video

SMALLEST_STEP_S = 1e-3
"""How far a frame comes after the one before it if the file gives both the same time."""


@contextmanager
def open_decoder(path: Path, threads: int) -> Iterator[Decoder]:
    """Open the video track of a file for decoding with so many threads (0: one per core).

    Raises:
        InputError: as `open_video`.
    """
    with open_video(path) as (container, stream):
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        yield Decoder(container, stream)


class Decoder:
    """Decodes what can be decoded, as the ffmpeg program does: broken packets are skipped.

    Attributes:
        container, stream: what it decodes.
        broken: packets that raised an error.
        hidden: packets that the file itself marks as not to be shown (edit lists).
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self.container = container
        self.stream = stream
        self.broken = 0
        self.hidden = 0

    def frames(self) -> Iterator[VideoFrame]:
        """Yield the frames from where the container stands, in the order of presentation."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self.broken += 1
                yield from self._flush()
                return
            self.hidden += packet.is_discard
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


class Clock:
    """Seconds from the first frame of the clip, strictly rising also where the file's are not."""

    def __init__(self, fps: Fraction, zero: int | None) -> None:
        self._period_s = float(1 / fps)
        self._zero = zero
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
            self._zero = frame.pts if self._zero is None else self._zero
            time_s = float((frame.pts - self._zero) * frame.time_base) + self._shift_s
        if time_s < self._last_s - 1:  # clips were joined, and time stamps restart
            self._shift_s += next_s - time_s
            time_s = next_s
        self._last_s = max(time_s, self._last_s + SMALLEST_STEP_S)
        return self._last_s
