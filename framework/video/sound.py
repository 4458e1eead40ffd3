"""The sound of a clip as AAC in a file of its own, from the first track that can be read.

Sound is encoded before the frames: a track that ffmpeg cannot decode or encode must not end the
rendered video, and whether it can is known only afterwards.
"""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import av
import ffmpeg as ffmpeg_graph
from av.error import FFmpegError

from framework.types import VideoInfo
from framework.video.container import open_video

_MOST_CHANNELS = 8
"""AAC has no layout for more; of such a track the first two are taken, left and right as a rule."""
_PLACES = re.compile(r"\[[^\]]*@ 0x[0-9a-f]+\]\s*")
"""Where in its own memory ffmpeg found something: of no use to the user."""
_LEAST_SHARE = 0.5
"""Of the sound's length that must be readable; less of it is noise."""


def encode_sound(clip: VideoInfo, begin_s: float, path: Path, program: Path) -> str:
    """Write the sound of a clip into a Matroska file.

    Args:
        clip: with a sound track; ``end_s`` ends the sound.
        begin_s: time of the first frame that is shown, in the clock of the clip's frames.
        path: the file to write; its clock starts at ``begin_s``.
        program: ffmpeg.

    Returns:
        "" if the file is there, otherwise why no track could be taken; no file is left then.
    """
    with open_video(clip.path, clip.reading) as (container, _):
        tracks = [(_length_s(each), _mixed(each)) for each in container.streams.audio]
    reason = "it has no sound track"
    for number, (length_s, mixed) in enumerate(tracks):
        graph = _graph(clip, begin_s, number, path, mixed)
        reason = _run(graph.compile(cmd=str(program)))
        reason = reason or _incomplete(path, clip, begin_s, length_s)
        if not reason:
            return ""
        path.unlink(missing_ok=True)
    return reason


def _delay_s(clip: VideoInfo) -> float:
    """Seconds from the start of the earliest track of a file to its first frame."""
    with open_video(clip.path, clip.reading) as (container, stream):
        if stream.start_time is None or stream.time_base is None:
            return 0.0
        return float(stream.start_time * stream.time_base) - container.start_time / av.time_base


def _mixed(stream: Any) -> dict[str, str]:
    """The option that reduces the channels of a track, where that must be."""
    codec = stream.codec_context  # None for a codec without a decoder: that track will fail
    many = codec is not None and codec.channels > _MOST_CHANNELS
    # Not "ac": ffmpeg cannot mix channels of which the file does not say where they are.
    return {"af": "pan=stereo|c0=c0|c1=c1"} if many else {}


def _graph(clip: VideoInfo, begin_s: float, number: int, path: Path, mixed: dict[str, str]) -> Any:
    """The command that encodes one track."""
    # ffmpeg counts from the earliest track of the file, we from the first frame.
    cut = {"ss": f"{max(0.0, begin_s + _delay_s(clip)):.6f}"}
    if clip.end_s is not None:
        cut["t"] = f"{clip.end_s - begin_s:.6f}"
    track = ffmpeg_graph.input(f"file:{clip.path}", **cut)[f"a:{number}"]
    options: dict[str, Any] = {"acodec": "aac", "format": "matroska", **mixed}
    output: Any = ffmpeg_graph.output(track, f"file:{path}", **options)
    quiet = output.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    return quiet.overwrite_output()


def _length_s(stream: Any) -> float | None:
    return None if stream.duration is None else float(stream.duration * stream.time_base)


def _incomplete(path: Path, clip: VideoInfo, begin_s: float, length_s: float | None) -> str:
    """Why a file that ffmpeg wrote is not the sound, or ""."""
    try:
        with av.open(path) as container:
            packets = [p for p in container.demux(audio=0) if p.pts is not None and p.size]
            found_s = sum(float((p.duration or 0) * p.time_base) for p in packets if p.time_base)
    except (FFmpegError, IndexError) as error:
        return f"its sound cannot be read ({error})"
    if length_s is None:
        return "" if packets else "no sound could be decoded"
    end_s = min(length_s, clip.end_s if clip.end_s is not None else length_s)
    if found_s < _LEAST_SHARE * (end_s - begin_s):
        return f"only {found_s:.1f} s of its sound can be decoded"
    return ""


def _run(command: list[str]) -> str:
    """Run a command that needs no input; return the error, or ""."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, start_new_session=True
    )
    return reason_of(done.returncode, done.stderr)


def reason_of(exit_code: int, messages: bytes) -> str:
    """Why ffmpeg ended, from its exit code and what it printed; "" where it did its work."""
    if exit_code == 0:
        return ""
    if exit_code < 0:
        return f"ffmpeg was ended by signal {-exit_code} ({signal.strsignal(-exit_code)})"
    text = _PLACES.sub("", messages.decode(errors="replace"))
    lines = text.strip().splitlines()
    return "; ".join(line.strip() for line in lines[-3:]) or f"ffmpeg ended with code {exit_code}"
