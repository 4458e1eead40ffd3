"""Describes a clip before it is decoded; one clear error for a file that is no video."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from framework.errors import ConfigurationError, InputError
from framework.types import VideoInfo
from framework.video.focal_metadata import focal_from_metadata
from framework.video.orientation import Orientation
from framework.video.quicktime import track_metadata

TEXT_FORMATS = {"tty", "bin", "xbin", "adf", "idf"}
"""Demuxers that render any text file as the image of a terminal."""
DATA_SUFFIXES = (".json", ".npz", ".zip")
_KEYPOINTS = "For keypoints choose a detector that reads them: python -m framework.list"
UNKNOWN_FPS = Fraction(25)
_MAJOR = int(av.__version__.split(".")[0])
_LENIENT: dict[str, Any] = {"metadata_errors": "replace"} if _MAJOR < 19 else {}
"""PyAV before 19 refuses a file whose title is no UTF-8, unless this option is set."""
NEARLY_SQUARE = 0.02
"""Pixels that are at most this much wider or narrower than high count as square."""


def probe(
    path: str | Path, *, start_s: float = 0.0, end_s: float | None = None, stride: int = 1
) -> VideoInfo:
    """Describe a clip; its first frame is decoded to be sure that there is one.

    Frames with pixels that are not square get the size at which they are displayed: the
    shorter side is enlarged. Pixels within 2 % of square stay as they are coded.

    Args:
        path: a file in any container and codec that ffmpeg reads.
        start_s: seconds from the start of the clip at which a run begins.
        end_s: seconds at which it ends, that moment not included; None is the end of the clip.
        stride: take every n-th source frame.

    Raises:
        InputError: the file cannot be read, holds no frame, or ends before ``start_s``.
        ConfigurationError: ``start_s``, ``end_s`` or ``stride`` make no sense.
    """
    path = Path(path)
    check_part(start_s, end_s, stride)
    with open_video(path) as (container, stream):
        width, height, orientation = _first_frame(path, container, stream)
        size_wh = orientation.size(_square_pixels(width, height, stream.sample_aspect_ratio))
        focal, notes = focal_from_metadata(_metadata(path, container, stream), size_wh)
        video = VideoInfo(
            path=path,
            size_wh=size_wh,
            fps=stream.average_rate or stream.guessed_rate or UNKNOWN_FPS,
            n_frames=stream.frames or None,
            duration_s=_duration_s(container, stream),
            rotation_deg=orientation.rotation_deg,
            has_audio=bool(container.streams.audio),
            focal=focal,
            notes=notes,
            start_s=start_s,
            end_s=end_s,
            stride=stride,
        )
    if video.duration_s is not None and start_s > 0 and start_s >= video.duration_s:
        raise InputError(
            f"start_s is {start_s:g}, but '{path}' is only {video.duration_s:.2f} s long",
            "Choose an earlier start_s.",
        )
    return video


@contextmanager
def open_video(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a file and its largest video track (cover art of a song does not count).

    Raises:
        InputError: there is no such file, or no video track in it.
    """
    _check_file(path)
    try:
        # "file:" keeps names such as "concat:a.mp4" or "-x.mp4" from meaning something else.
        container = av.open(f"file:{path}", **_LENIENT)
    except (FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"'{path}' cannot be read as a video ({reason})",
            _advice(
                path,
                "It may be damaged, cut off, or no video at all: try to play it, or export it "
                "again.",
            ),
        ) from error
    with container:
        yield container, _largest(path, container)


def _largest(path: Path, container: InputContainer) -> VideoStream:
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not streams or container.format.name in TEXT_FORMATS:
        what = "only sound" if container.streams.audio else "no video track"
        raise InputError(f"'{path}' holds {what}", _advice(path, "Give a file with a video track."))
    # PyAV gives no codec context to a track without a decoder, though its types say otherwise.
    known = [stream for stream in streams if cast(object, stream.codec_context) is not None]
    if not known:
        raise InputError(
            f"the video track of '{path}' is coded in a way that ffmpeg does not know",
            "Export the video again as H.264.",
        )
    return max(known, key=lambda stream: stream.width * stream.height)


def _advice(path: Path, otherwise: str) -> str:
    """The hint for a file that is no video."""
    return _KEYPOINTS if path.suffix.lower() in DATA_SUFFIXES else otherwise


def check_part(start_s: float, end_s: float | None, stride: int) -> None:
    """Raise ConfigurationError unless this can be a part of a clip."""
    if not (math.isfinite(start_s) and start_s >= 0):
        raise ConfigurationError(
            f"start_s must be 0 or more seconds, but is {start_s}",
            "Count from the start of the clip.",
        )
    if end_s is not None and not (math.isfinite(end_s) and end_s > start_s):
        raise ConfigurationError(
            f"end_s must be later than start_s ({start_s:g}), but is {end_s}",
            "Leave end_s out to read to the end of the clip.",
        )
    if stride < 1:
        raise ConfigurationError(
            f"stride must be 1 or more, but is {stride}", "1 reads every frame, 2 every second one."
        )


def _check_file(path: Path) -> None:
    """Report simple mistakes, for which ffmpeg would only say 'Invalid data'."""
    try:
        if path.is_dir():
            hint = f"Give a video file, or a pattern in quotes. {_KEYPOINTS}"
            raise InputError(f"'{path}' is a folder", hint)
        if not path.exists():
            raise InputError(f"'{path}' does not exist", "Check the name and the folder.")
        if not path.is_file():
            raise InputError(f"'{path}' is a device or a pipe", "Save the video as a file first.")
        with path.open("rb") as file:
            if not file.read(1):
                raise InputError(f"'{path}' is empty", "Copy or download the video again.")
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be opened ({error.strerror})", "Check the permissions of the file."
        ) from error
    except ValueError as error:
        raise InputError(f"{str(path)!r} is not a file name ({error})") from error


def _first_frame(
    path: Path, container: InputContainer, stream: VideoStream
) -> tuple[int, int, Orientation]:
    """Coded width, height and orientation of the first frame that decodes."""
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in frames:
                return frame.width, frame.height, Orientation.of(frame)
    except FFmpegError as error:
        cause: Exception | None = error
    else:
        cause = None
    raise InputError(
        f"'{path}' has a video track, but no frame of it can be decoded",
        "The file may be cut off or damaged: try to play it, or export it again.",
    ) from cause


def _square_pixels(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """The coded size, stretched where pixels are ``aspect`` times as wide as high."""
    if not aspect or abs(aspect - 1) <= NEARLY_SQUARE or not 0.1 < aspect < 10:
        return width, height
    if aspect > 1:
        return round(width * aspect), height
    return width, round(height / aspect)


def _metadata(path: Path, container: InputContainer, stream: VideoStream) -> dict[str, str]:
    """Metadata of the file and of its video track; that of the track takes precedence."""
    tracks = track_metadata(path) if container.format.name.startswith("mov") else {}
    return container.metadata | stream.metadata | tracks


def _duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None
