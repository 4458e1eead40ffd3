"""Frames of a clip, upright and in RGB, decoded ahead in a thread.

Times are those of the file: seconds from the first frame, so that a variable rate stays variable.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import cast

import numpy as np
from av import VideoFrame
from av.video.reformatter import VideoReformatter
from typing_extensions import Self

from framework.errors import InputError
from framework.reading import Deinterlace
from framework.types import Bytes, FrameBatch, Times, VideoInfo
from framework.video.byte_queue import ByteQueue
from framework.video.colour import hdr_name, tone_mapped
from framework.video.decoder import Clock, Decoder, open_decoder
from framework.video.deinterlace import deinterlaced
from framework.video.orientation import Orientation
from framework.video.pictures import picture_frames
from framework.video.quicktime import breaks_off
from framework.video.timeline import Timeline

QUEUE_BYTES = 128 * 2**20
PAUSE_S = 0.5
"""How much longer than its video track the declared duration may be without a warning."""
LEAVE_S = 5.0
"""How long the decoder may take to stop."""
PATIENCE = 4
"""How many times ``timeout_s`` the reader waits: the decoder opens a file twice before its first
frame, and ends it by itself after that time when it can."""
_FEW_FRAMES = 10
EPSILON_S = 1e-6
"""Times this near to ``start_s`` or ``end_s`` count as equal to them."""


class FrameReader:
    """Context manager and iterator over the `FrameBatch`es of a clip.

    Reads the part that ``video.start_s``, ``end_s`` and ``stride`` name. ``FrameBatch.index``
    counts the source frames of the whole clip from 0; where reading begins later, the frames
    before are counted by their packets, without decoding. Frames of another size than
    ``video.size_wh`` (the clip may change it half-way) are scaled to it.

    Args:
        video: what `probe` returned.
        batch_size: frames in a batch; fewer where so many would not fit into ``max_bytes``,
            and in the last one.
        threads: threads of the decoder; 0 is one a core.
        max_bytes: memory of decoded images that are not read yet.

    Attributes:
        frames_read: frames yielded so far.
        warnings: sentences about faults of the file; complete after the iteration.

    Raises:
        InputError: the file cannot be read, or holds no frame in the chosen part.
    """

    def __init__(
        self,
        video: VideoInfo,
        *,
        batch_size: int,
        threads: int = 0,
        max_bytes: int = QUEUE_BYTES,
    ) -> None:
        width, height = video.size_wh
        self.frames_read = 0
        self.warnings: list[str] = []
        self._decoded = -1  # number of the last frame: shows that there is progress
        self._video = video
        self._threads = threads
        # One batch is in the queue while another is filled: half of the memory each.
        self._rows = max(1, min(batch_size, max_bytes // (2 * width * height * 3)))
        self._queue: ByteQueue[FrameBatch] = ByteQueue(max_bytes // 2)
        self._thread = threading.Thread(target=self._decode, name="decode", daemon=True)

    def __enter__(self) -> Self:
        """Start decoding."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop decoding at once."""
        # Closed first: the thread may be waiting for space, and would never be joined.
        self._queue.close()
        # A file system that does not answer must not keep the run from ending.
        self._thread.join(LEAVE_S)

    def __iter__(self) -> Iterator[FrameBatch]:
        return self

    def __next__(self) -> FrameBatch:
        batch = self._next_batch()
        if batch is None:
            raise StopIteration
        self.frames_read += len(batch)
        return batch

    def _next_batch(self) -> FrameBatch | None:
        """Wait for a batch as long as frames come; raise InputError when they do not."""
        timeout_s = self._video.reading.timeout_s
        while True:
            before = self._decoded
            try:
                return self._queue.get(PATIENCE * timeout_s)
            except TimeoutError as error:
                if self._decoded == before:
                    raise InputError(
                        f"'{self._video.path}' gave no frame for {timeout_s:g} s",
                        "Copy it to this machine, or wait longer with timeout_s=N.",
                    ) from error

    def _decode(self) -> None:
        """Body of the thread: an error is passed to the reader and raised there."""
        try:
            for batch in self._batches():
                if not self._queue.put(batch, batch.images.nbytes):
                    return
        except Exception as error:
            self._queue.finish(error)
        else:
            self._queue.finish()

    def _batches(self) -> Iterator[FrameBatch]:
        width, height = self._video.size_wh
        convert = _Converter(self._video.size_wh)
        index: list[int] = []
        times: list[float] = []
        for number, time_s, frame in self._chosen_frames():
            if not index:
                # A new array per batch: the reader may still use the previous one.
                images = np.empty((self._rows, height, width, 3), np.uint8)
            convert(frame, images[len(index)])
            index.append(number)
            times.append(time_s)
            if len(index) == self._rows:
                yield _batch(images, index, times)
                index, times = [], []
        if index:
            yield _batch(images[: len(index)], index, times)

    def _chosen_frames(self) -> Iterator[tuple[int, float, VideoFrame]]:
        """Source number, time and frame of every frame that the run wants."""
        video, chosen = self._video, 0
        # end_s itself is excluded; a frame within rounding of it counts as equal.
        end_s = float("inf") if video.end_s is None else video.end_s - EPSILON_S
        first_index: int | None = None
        for number, time_s, frame in self._frames():
            if time_s >= end_s:
                break
            if time_s < video.start_s - EPSILON_S:
                continue
            first_index = number if first_index is None else first_index
            if (number - first_index) % video.stride == 0:
                chosen += 1
                yield number, time_s, frame
        if not chosen:
            until = "the end" if video.end_s is None else f"{video.end_s:g} s"
            raise InputError(
                f"'{video.path}' has no frame between {video.start_s:g} s and {until}",
                "Choose another start_s or end_s.",
            )

    def _frames(self) -> Iterator[tuple[int, float, VideoFrame]]:
        """Source number, time and frame of the frames from shortly before ``start_s``."""
        video = self._video
        if video.pictures is not None:
            for number, time_s, frame in picture_frames(video):
                self._decoded += 1
                yield number, time_s, frame
            return
        with open_decoder(video.path, self._threads, video.reading) as decoder:
            timeline = None
            if video.start_s > 0 and not decoder.by_decode_time:
                timeline = Timeline.of(video.path, video.start_s, video.reading)
            entry = timeline.enter(decoder) if timeline else (0, decoder.frames())
            if entry is not None:
                yield from self._timed(decoder, *entry, timeline)
                return
        with open_decoder(video.path, self._threads, video.reading) as decoder:
            yield from self._timed(decoder, 0, decoder.frames(), None)

    def _timed(
        self,
        decoder: Decoder,
        begin: int,
        frames: Iterator[VideoFrame],
        timeline: Timeline | None,
    ) -> Iterator[tuple[int, float, VideoFrame]]:
        """Number, time and frame of decoded frames, of which the first has the number ``begin``."""
        video = self._video
        if video.reading.deinterlace is not Deinterlace.off:
            frames = deinterlaced(frames, fields=video.fields)
        clock = Clock(video.fps, timeline.zero_s if timeline else None)
        number, times = -1, []
        for number, frame in enumerate(frames, begin * (2 if video.fields else 1)):
            self._decoded = number
            times.append(clock.time_s(frame))
            yield number, times[-1], frame
        self._report(decoder, number + 1, clock, whole=timeline is None)
        self.warnings += _holes(np.array(times), video.path)

    def _tolerated_s(self) -> float:
        """How much shorter than declared a film may be: less where its own track declares it."""
        return 1.5 * float(1 / self._video.fps) if self._video.exact_duration else PAUSE_S

    def _report(self, decoder: Decoder, decoded: int, clock: Clock, whole: bool) -> None:
        """Add warnings about what is missing of a clip that was read to its end."""
        path, video = self._video.path, self._video
        hidden = decoder.hidden * (2 if video.fields else 1)
        declared = (video.n_frames or 0) - hidden if whole else 0
        # At the start encoders hide a few frames; elsewhere somebody trimmed, or a table is broken.
        if whole and (hidden / video.fps > PAUSE_S or decoder.hidden_late):
            self.warnings.append(
                f"'{path}' holds {hidden} frames that its edit list or time table hides: they were "
                "not read"
            )
        if decoded < declared:
            self.warnings.append(
                f"'{path}' declares {declared} frames, but only {decoded} could be "
                "decoded: the file is cut off or damaged"
            )
        # Containers without a frame count, and parts that begin later, have only the duration.
        elif not declared and clock.end_s < (video.duration_s or 0) - self._tolerated_s():
            self.warnings.append(
                f"'{path}' declares {video.duration_s:.2f} s, but its video "
                f"track ends after {decoded} frames at {clock.end_s:.2f} s: it may be cut off"
            )
        elif decoder.cut or (_is_mp4(decoder) and breaks_off(path)):
            self.warnings.append(f"'{path}' breaks off in the middle: it is cut off or damaged")
        elif decoder.broken:
            self.warnings.append(f"{decoder.broken} damaged packets of '{path}' were skipped")


def _holes(times: Times, path: Path) -> list[str]:
    """A note about frames that are missing between others, where the rate is constant otherwise."""
    if len(times) < _FEW_FRAMES:
        return []
    steps = np.diff(times)
    period = float(np.median(steps))
    holes = np.flatnonzero(steps > 1.5 * period)
    regular = np.abs(steps - period) < 0.2 * period
    if not holes.size or (regular.sum() + holes.size) < 0.98 * len(steps):
        return []
    if holes.size > 0.1 * len(steps):
        return []
    missing = int(np.round(steps[holes] / period - 1).sum())
    longest = holes[np.argmax(steps[holes])]
    frames = "a frame is" if missing == 1 else f"{missing} frames are"
    return [
        f"{frames} missing between others of '{path}'; the longest gap is of "
        f"{steps[longest]:.2f} s at {times[longest]:.2f} s"
    ]


def _is_mp4(decoder: Decoder) -> bool:
    return decoder.container.format.name.startswith("mov")


class _Converter:
    """Converts decoded frames to upright RGB of one size."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._size_wh = size_wh
        self._reformatter = VideoReformatter()
        self._orientation: Orientation | None = None

    def __call__(self, frame: VideoFrame, image: Bytes) -> None:
        """Convert a frame into (H, W, 3); swscale knows its range, colour matrix and bit depth."""
        if self._orientation is None:
            self._orientation = Orientation.of(frame)
        width, height = self._orientation.size(self._size_wh)
        if hdr_name(frame):
            rgb = tone_mapped(frame, width, height, self._reformatter)
        else:
            rgb = cast(
                Bytes, self._reformatter.reformat(frame, width, height, "rgb24").to_ndarray()
            )
        image[...] = self._orientation.upright(rgb)


def _batch(images: Bytes, index: list[int], times: list[float]) -> FrameBatch:
    return FrameBatch(
        images=images,
        index=np.array(index, np.int64),
        time_s=np.array(times, np.float64),
        is_source=np.ones(len(index), bool),
    )
