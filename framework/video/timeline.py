"""Where a part of a clip begins and which source frame that is, without decoding what is before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

from av import VideoFrame
from av.error import FFmpegError
from typing_extensions import Self

from framework.reading import Reading
from framework.video.container import open_video
from framework.video.decoder import Decoder


@dataclass(frozen=True, slots=True)
class Timeline:
    """The time stamps of a clip up to the start of a part, in the stream's ticks.

    Attributes:
        times: of the frames before the part, in order of presentation, beginning with the
            first frame of the clip.
        keyframe: decode time of the last key frame that is not after the start.
        start: time of the start.
        time_base: seconds of a tick.
    """

    times: list[int]
    keyframe: int
    start: int
    time_base: Fraction

    @property
    def zero(self) -> int:
        """Time of the first frame of the clip."""
        return self.times[0]

    @property
    def zero_s(self) -> Fraction:
        """The same in seconds."""
        return self.zero * self.time_base

    @classmethod
    def of(
        cls,
        path: Path,
        start_s: float,
        reading: Reading = Reading(),
    ) -> Self | None:
        """Read the packets before ``start_s``; None where the file has no time stamps.

        One packet is taken for one frame, which holds for every common codec.
        """
        times: set[int] = set()
        keyframes: list[tuple[int, int]] = []
        with open_video(path, reading) as (container, stream):
            if stream.time_base is None:
                return None
            time_base = stream.time_base
            length = round(start_s / time_base)
            for packet in container.demux(stream):
                if packet.pts is None or packet.dts is None:
                    if packet.size:
                        return None
                    break
                # Packets come in decoding order: every earlier frame has been read by now.
                if times and packet.dts > min(times) + length:
                    break
                if packet.is_keyframe:
                    keyframes.append((packet.pts, packet.dts))
                # A frame that depends on a key frame before the file's first one cannot be decoded.
                if keyframes and packet.pts >= keyframes[0][0] and not packet.is_discard:
                    times.add(packet.pts)
        if not times:
            return None
        start = min(times) + length
        reachable = [dts for pts, dts in keyframes if pts <= start]
        before = sorted(time for time in times if time < start)
        return cls(before, reachable[-1], start, time_base)

    def enter(self, decoder: Decoder) -> tuple[int, Iterator[VideoFrame]] | None:
        """Go to the key frame; return the number of the next frame, and the frames from it on.

        None where the container cannot seek, or lands too late: read it from its beginning then.
        """
        for place in (self.keyframe, self.zero):
            try:
                decoder.container.seek(place, stream=decoder.stream)
            except FFmpegError:
                return None
            frames = decoder.frames()
            first = next(frames, None)
            # Frames before a key frame may depend on what the decoder has not seen.
            if first is None or first.pts is None or not decoder.begins_with_key:
                continue
            if first.pts <= self.start:
                # The rank of its time stamp among all earlier ones is the frame's source number.
                return bisect_left(self.times, first.pts), chain([first], frames)
        return None
