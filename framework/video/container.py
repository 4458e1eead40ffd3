"""Opens files for FFmpeg's libraries; one clear error for what is no video."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from framework.errors import InputError
from framework.reading import Reading

TEXT_FORMATS = {"tty", "bin", "xbin", "adf", "idf"}
"""Demuxers that render any text file as the image of a terminal."""
DATA_SUFFIXES = (".json", ".npz", ".npy", ".csv", ".h5", ".slp", ".pose", ".trc", ".zip")
_KEYPOINTS = "For keypoints choose a detector that reads them: python -m framework.list"
_REFERRING = frozenset("hls concat dash imf sdp rtsp rtp sap ivr vapoursynth lavfi vobsub".split())
"""Demuxers of files that name other files or addresses, which they open."""
_PLAYLISTS = {b"#EXTM3U": "an HLS playlist", b"ffconcat": "a concat script", b"<MPD": "a DASH list"}
_MAJOR = int(av.__version__.split(".")[0])
_LENIENT: dict[str, Any] = {"metadata_errors": "replace"} if _MAJOR < 19 else {}
"""PyAV before 19 refuses a file whose title is no UTF-8, unless this option is set."""
_HEAD = 512


@contextmanager
def open_video(
    path: Path,
    reading: Reading = Reading(),
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a file and its largest video track (cover art of a song does not count).

    Args:
        path: the file.
        reading: whether it may open further files, and how long it may keep us waiting.

    Raises:
        InputError: there is no such file, or no video track in it.
    """
    check_file(path)
    # An existing file is always that file: "%" in its name is no numbering.
    options = {"pattern_type": "none"}
    if not reading.playlists:
        options["format_whitelist"] = _self_contained()
    try:
        # "file:" keeps names such as "concat:a.mp4" or "-x.mp4" from meaning something else.
        container = av.open(f"file:{path}", options=options, timeout=reading.timeout_s, **_LENIENT)
    except (FFmpegError, OSError) as error:
        raise _unreadable(path, error, reading) from error
    with container:
        yield container, _largest(path, container)


@cache
def _self_contained() -> str:
    """The names of all formats whose files open no others, as FFmpeg's whitelist wants them."""
    return ",".join(
        name for name in sorted(av.formats_available) if not _REFERRING & set(name.split(","))
    )


def _unreadable(path: Path, error: Exception, reading: Reading) -> InputError:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = next((kind for mark, kind in _PLAYLISTS.items() if mark in head), "")
    if kind and not reading.playlists:
        return InputError(
            f"'{path}' is {kind}: it names other files and addresses, which would be opened",
            "Give the video itself, or allow it with playlists=true.",
        )
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"'{path}' cannot be read as a video ({reason})",
        _advice(
            path,
            "It may be damaged, cut off, or no video at all: try to play it, or export it again.",
        ),
    )


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
    # An AVIF has its first frame as a still image too, of the same size.
    return max(known, key=lambda stream: (stream.width * stream.height, stream.frames))


def _advice(path: Path, otherwise: str) -> str:
    """The hint for a file that is no video."""
    return _KEYPOINTS if path.suffix.lower() in DATA_SUFFIXES else otherwise


def check_file(path: Path) -> None:
    """Report simple mistakes, for which FFmpeg would only say 'Invalid data'.

    Raises:
        InputError: it is no file, it is empty, or it cannot be opened.
    """
    try:
        if path.is_dir():
            hint = f"A folder is read where it holds the pictures of a clip. {_KEYPOINTS}"
            raise InputError(f"'{path}' is a folder without pictures", hint)
        if not path.exists():
            raise InputError(f"'{path}' does not exist", "Check the name and the folder.")
        if not path.is_file():
            raise InputError(f"'{path}' is a device or a pipe", "Save the video as a file first.")
        # Not by reading: files of the system without a size may wait for ever.
        if path.stat().st_size == 0:
            raise InputError(f"'{path}' is empty", "Copy or download the video again.")
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be opened ({error.strerror})", "Check the permissions of the file."
        ) from error
    except ValueError as error:
        raise InputError(f"{str(path)!r} is not a file name ({error})") from error
