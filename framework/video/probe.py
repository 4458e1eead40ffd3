"""Describes a clip before it is decoded."""

from __future__ import annotations

import math
import re
import shlex
from fractions import Fraction
from pathlib import Path

import av
from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from framework.errors import ConfigurationError, InputError
from framework.reading import Deinterlace, Reading
from framework.types import VideoInfo
from framework.video.colour import hdr_name
from framework.video.container import open_video
from framework.video.focal_metadata import focal_from_metadata
from framework.video.orientation import Orientation
from framework.video.quicktime import track_metadata
from framework.video.stamps import rate_of

UNKNOWN_FPS = Fraction(25)
_TAG = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
NEARLY_SQUARE = 0.02
"""Pixels that are at most this much wider or narrower than high count as square."""


def probe(
    path: str | Path,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    stride: int = 1,
    reading: Reading = Reading(),
) -> VideoInfo:
    """Describe a clip; its first frame is decoded to be sure that there is one.

    Frames with pixels that are not square get the size at which they are displayed: the
    shorter side is enlarged. Pixels within 2 % of square stay as they are coded.

    Args:
        path: a file in any container and codec that ffmpeg reads.
        start_s: seconds from the start of the clip at which a run begins.
        end_s: seconds at which it ends, that moment not included; None is the end of the clip.
        stride: take every n-th source frame.
        reading: how the file is read.

    Raises:
        InputError: the file cannot be read, holds no frame, or ends before ``start_s``.
        ConfigurationError: ``start_s``, ``end_s`` or ``stride`` make no sense.
    """
    path = Path(path)
    check_part(start_s, end_s, stride)
    rate = rate_of(path, reading)
    with open_video(path, reading) as (container, stream):
        first = _first_frame(path, container, stream)
        orientation = Orientation.of(first)
        aspect = stream.sample_aspect_ratio
        size_wh = orientation.size(_square_pixels(first.width, first.height, aspect))
        focal, focal_notes = focal_from_metadata(_metadata(path, container, stream), size_wh)
        both = first.interlaced_frame and reading.deinterlace is Deinterlace.fields
        video = VideoInfo(
            path=path,
            size_wh=size_wh,
            fps=(rate.fps or UNKNOWN_FPS) * (2 if both else 1),
            n_frames=rate.n_frames and rate.n_frames * (2 if both else 1),
            duration_s=_tagged_s(stream) or _duration_s(container, stream, rate.least_s),
            exact_duration=_tagged_s(stream) is not None,
            rotation_deg=orientation.rotation_deg,
            has_audio=bool(container.streams.audio),
            focal=focal,
            notes=(*rate.notes, *_picture_notes(first, orientation, reading), *focal_notes),
            start_s=start_s,
            end_s=end_s,
            stride=stride,
            reading=reading,
            fields=both,
        )
    check_start(video)
    return video


def check_start(video: VideoInfo) -> None:
    """Raise InputError where a run would begin after the end of its clip."""
    if video.duration_s is not None and 0 < video.start_s >= video.duration_s:
        raise InputError(
            f"start_s is {video.start_s:g}, but '{video.path}' is only {video.duration_s:.2f} s "
            "long",
            "Choose an earlier start_s.",
        )


def _picture_notes(first: VideoFrame, orientation: Orientation, reading: Reading) -> list[str]:
    """What is done to the frames of a film before anything else sees them."""
    notes = []
    if first.interlaced_frame and reading.deinterlace is Deinterlace.auto:
        notes.append(
            "the film is interlaced: its frames were deinterlaced (deinterlace=fields makes one "
            "of each field)"
        )
    if name := hdr_name(first):
        notes.append(f"the film is HDR ({name}): its frames were tone-mapped")
    if orientation.tilt_deg:
        notes.append(f"the film is to be shown at a slant: {orientation.tilt_deg:.1f} degrees")
    return notes


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


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> VideoFrame:
    """Return the first frame that decodes."""
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in frames:
                return frame
    except FFmpegError as error:
        cause: Exception | None = error
    else:
        cause = None
    hint = "The file may be cut off or damaged: try to play it, or export it again."
    if path.suffix.lower() == ".webp":
        hint = f"An animated WebP needs conversion: ffmpeg -i {shlex.quote(path.name)} clip.mp4"
    raise InputError(
        f"'{path}' has a video track, but no frame of it can be decoded", hint
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


def _tagged_s(stream: VideoStream) -> float | None:
    """What a Matroska file says of its video track alone, as "00:00:02.400000000".

    That is when it ends; it may begin later than at 0.
    """
    match = _TAG.fullmatch(stream.metadata.get("DURATION", ""))
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    end_s = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    return end_s - float((stream.start_time or 0) * (stream.time_base or 0))


def _duration_s(container: InputContainer, stream: VideoStream, least_s: float) -> float | None:
    """What the file declares; None where it has nothing, or evidently less than it holds."""
    declared: float | None = container.duration / av.time_base if container.duration else None
    if stream.duration is not None and stream.time_base is not None:
        declared = float(stream.duration * stream.time_base)
    return None if declared is None or declared < 0.9 * least_s else declared
