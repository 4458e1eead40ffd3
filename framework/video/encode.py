"""Writes frames into a video file by the ffmpeg program, while the next ones are drawn.

Every frame is sent with its time stamp, in the NUT container, as a pipe of raw pixels has none: so
a variable frame rate is kept.
"""

from __future__ import annotations

import math
import subprocess
import threading
from collections import deque
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

import av
import cv2
import ffmpeg as ffmpeg_graph
import numpy as np
from av import VideoFrame
from av.error import FFmpegError
from typing_extensions import Self

from framework.errors import BackendError, ConfigurationError, StageError
from framework.types import Bytes, VideoInfo
from framework.video.byte_queue import ByteQueue
from framework.video.ffmpeg import find_ffmpeg
from framework.video.sound import encode_sound, reason_of

QUEUE_BYTES = 64 * 2**20
PIPE_BUFFER = 2**20
TICKS_PER_S = 90_000
H264_SIDE, GIF_SIDE = 16384, 65535
"""Pixels of a side that the encoders allow."""
GIF_FPS = 50
"""Browsers show a frame longer when it should be shown for less than 0.02 s."""
DISK_FULL = ("No space left", "File too large", "File size limit")
SUFFIXES = (".mp4", ".gif")


class VideoWriter:
    """Context manager that writes one ``.mp4`` (H.264, AAC) or ``.gif``, by its suffix.

    The first frame is shown at second 0, the others at their times relative to it. Odd
    sizes get one black column or row in an ``.mp4``. An error inside the ``with`` block removes
    the file.

    Args:
        path: the file to write; one that is there is replaced.
        size_wh: width and height of every frame, in pixels.
        fps: their nominal rate; the times given to `write` take precedence.
        audio_from: clip whose sound is copied, from the time of the first frame to
            ``end_s``; it may be without sound. A ``.gif`` has none.
        preset: x264's speed, "ultrafast" to "veryslow".
        crf: x264's quality, 0 (lossless) to 51.
        bitrate_kbps: aim at this many kilobits a second in place of ``crf``.
        ffmpeg: the program; None looks for one (`find_ffmpeg`).

    Attributes:
        notes: what the user should know about the file, such as why it has no sound.

    Raises:
        ConfigurationError: another suffix, or the output is the clip itself.
        BackendError: there is no ffmpeg that can be started.
        StageError: from `write` or `close`, the file could not be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        size_wh: tuple[int, int],
        fps: Fraction,
        audio_from: VideoInfo | None = None,
        preset: str = "veryfast",
        crf: int = 20,
        bitrate_kbps: int | None = None,
        ffmpeg: Path | None = None,
    ) -> None:
        if path.suffix.lower() not in SUFFIXES:
            raise ConfigurationError(
                f"'{path.name}' cannot be written: the suffix '{path.suffix}' is not known",
                f"Use one of {', '.join(SUFFIXES)}.",
            )
        if audio_from is not None and path.exists() and path.samefile(audio_from.path):
            raise ConfigurationError(
                f"the video '{path}' would be written over the clip that it is made of",
                "Choose another output.",
            )
        self._program = find_ffmpeg(ffmpeg)
        self._path = path
        self._size_wh = size_wh
        self._coded_wh = _within(size_wh, GIF_SIDE if path.suffix.lower() == ".gif" else H264_SIDE)
        self._fps = fps
        self._audio_from = audio_from
        self._quality = (
            {"crf": crf} if bitrate_kbps is None else {"video_bitrate": f"{bitrate_kbps}k"}
        ) | {"preset": preset}
        self._is_gif = path.suffix.lower() == ".gif"
        # The palette of a gif needs all frames: they are stored on disk, not in memory.
        self._target = path.with_name(f"{path.name}.mkv") if self._is_gif else path
        self._palette = path.with_name(f"{path.name}.png")
        self._sound_file = path.with_name(f"{path.name}.mka")
        self._scratch = (self._target, self._palette) if self._is_gif else (self._sound_file,)
        self.notes: list[str] = []
        if self._coded_wh != size_wh:
            said = "x".join(map(str, self._coded_wh))
            self.notes.append(f"the rendered video is {said}: its encoder allows no more")
        self._feeder: _Feeder | None = None
        self._start_s = 0.0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file; after an error remove it."""
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, image: Bytes, time_s: float) -> None:
        """Append a frame.

        Args:
            image: (H, W, 3) uint8 RGB of the size given; copied, so it may be overwritten.
            time_s: its time in seconds, in the clock of ``audio_from``; later than the last.
        """
        width, height = self._size_wh
        if image.shape != (height, width, 3) or image.dtype != np.uint8:
            raise ValueError(
                f"a frame must be uint8 of shape {(height, width, 3)}, "
                f"but is {image.dtype} of shape {image.shape}"
            )
        if self._feeder is None:
            self._start_s = time_s
            command = self._lossless() if self._is_gif else self._mp4()
            self._feeder = _Feeder(command, self._coded_wh, self._fps, yuv=not self._is_gif)
        if self._coded_wh != self._size_wh:
            image = cast(Bytes, cv2.resize(image, self._coded_wh, interpolation=cv2.INTER_AREA))
        if not self._feeder.feed(image, time_s - self._start_s):
            self._fail(self._feeder.finish() or "ffmpeg ended too early")

    def close(self) -> None:
        """Wait until the file is whole. Closing twice is fine."""
        if self._feeder is None:
            raise StageError(f"'{self._path}' was not written: it has no frame")
        if self._closed:
            return
        self._closed = True
        try:
            reason = self._feeder.finish()
            if not reason and self._is_gif:
                reason = self._paint_gif()
        except BaseException:  # Ctrl-C while we wait
            self.abort()
            raise
        if reason:
            self._fail(reason)
        for path in self._scratch:
            path.unlink(missing_ok=True)

    def abort(self) -> None:
        """Stop at once and leave no file."""
        if self._feeder is not None:
            self._feeder.kill()
            self._path.unlink(missing_ok=True)
        for path in self._scratch:  # the sound is there before the feeder is
            path.unlink(missing_ok=True)

    def _fail(self, reason: str) -> None:
        self.abort()
        full = any(words in reason for words in DISK_FULL)
        raise StageError(
            f"the video '{self._path}' could not be written: {reason}",
            "Make room on the disk or choose another output folder."
            if full
            else "Check that the output folder exists and can be written to.",
        )

    def _frames(self) -> Any:
        return ffmpeg_graph.input("pipe:0", format="nut").video

    def _mp4(self) -> list[str]:
        # Stated in the file: players take an untagged HD clip for BT.709, but OpenCV knows BT.601.
        tags = {"colorspace": "smpte170m", "color_primaries": "bt709", "color_trc": "bt709"}
        options: dict[str, Any] = {
            "vcodec": "libx264",
            "pix_fmt": "yuv420p",
            "color_range": "tv",
            "video_track_timescale": _time_base(self._fps).denominator,
            "movflags": "+faststart",
        }
        sound = self._sound()
        if sound:
            # copyts: a sound that starts later must not be moved to the start.
            options |= {"acodec": "copy", "copyts": None}
        return self._command(self._frames(), *sound, **options, **tags, **self._quality)

    def _sound(self) -> list[Any]:
        """The sound of the clip from the first frame on, or nothing."""
        clip = self._audio_from
        if clip is None or not clip.has_audio:
            return []
        if reason := encode_sound(clip, self._start_s, self._sound_file, self._program):
            self.notes.append(f"the rendered video has no sound: {reason}")
            return []
        return [ffmpeg_graph.input(f"file:{self._sound_file}").audio]

    def _lossless(self) -> list[str]:
        options = {"vcodec": "libx264rgb", "qp": 0, "preset": "ultrafast"}
        return self._command(self._frames(), **options)

    def _paint_gif(self) -> str:
        """Compute a palette of all frames and apply it; return the error, or ""."""
        frames = ffmpeg_graph.input(f"file:{self._target}").video
        if self._fps > GIF_FPS:
            frames = frames.filter("fps", GIF_FPS)
        palette = ffmpeg_graph.output(
            frames.filter("palettegen"), f"file:{self._palette}", f="image2", update=1
        )
        # Ordered dithering: a third of the time of error diffusion, and it does not shimmer.
        painted = ffmpeg_graph.filter(
            [frames, ffmpeg_graph.input(f"file:{self._palette}", f="png_pipe")],
            "paletteuse",
            dither="bayer",
            bayer_scale=3,
            diff_mode="rectangle",
        )
        options = {"fps_mode": "passthrough", "enc_time_base": "1:100"}
        gif = ffmpeg_graph.output(painted, f"file:{self._path}", **options)
        return _run(_compile(palette, self._program)) or _run(_compile(gif, self._program))

    def _command(self, *streams: Any, **options: Any) -> list[str]:
        """Encode the frames that come through the pipe, each at its own time."""
        clock = f"1:{_time_base(self._fps).denominator}"
        output = ffmpeg_graph.output(
            *streams,
            f"file:{self._target}",
            fps_mode="passthrough",
            enc_time_base=clock,
            **options,
        )
        return _compile(output, self._program)


class _Feeder:
    """An ffmpeg process, the thread that sends frames, and the one that reads its messages.

    With ``yuv`` frames are sent in the pixel format of H.264: OpenCV converts them three times as
    fast as ffmpeg would, and they are half as large. Their sides are even then.
    """

    def __init__(
        self, command: list[str], size_wh: tuple[int, int], fps: Fraction, *, yuv: bool
    ) -> None:
        width, height = size_wh
        self._size_wh = (width + width % 2, height + height % 2) if yuv else size_wh
        self._pix_fmt = "yuv420p" if yuv else "rgb24"
        self._fps = fps
        self._time_base = _time_base(fps)
        self._last_pts = -1
        self._process = _start(command)
        self._pipe = cast(IO[bytes], self._process.stdin)
        self._stderr = cast(IO[bytes], self._process.stderr)
        self._messages: deque[bytes] = deque(maxlen=20)
        self._queue: ByteQueue[tuple[Bytes, int]] = ByteQueue(QUEUE_BYTES)
        self._listener = threading.Thread(
            target=self._messages.extend, args=(self._stderr,), daemon=True
        )
        self._thread = threading.Thread(target=self._feed, name="encode", daemon=True)
        self._listener.start()
        self._thread.start()

    def feed(self, image: Bytes, time_s: float) -> bool:
        """Copy a frame into the queue; False when the process accepts no more."""
        # Two times may round to one tick, and muxers demand strictly rising time stamps.
        self._last_pts = max(round(time_s / self._time_base), self._last_pts + 1)
        return self._queue.put((image.copy(), self._last_pts), image.nbytes)

    def finish(self) -> str:
        """Wait until the process has written everything; return the error, or ""."""
        self._queue.finish()
        self._thread.join()
        return reason_of(self._process.wait(), self._last_words())

    def kill(self) -> None:
        """End the process and the threads now."""
        self._queue.close()
        self._process.kill()
        self._thread.join()
        self._process.wait()
        self._last_words()

    def _last_words(self) -> bytes:
        self._listener.join()
        self._stderr.close()
        return b"".join(self._messages)

    def _feed(self) -> None:
        """Body of the thread: send frames until there are no more or the process has ended."""
        try:
            with av.open(self._pipe, "w", format="nut", buffer_size=PIPE_BUFFER) as container:
                stream = container.add_stream("rawvideo", rate=self._fps)
                stream.width, stream.height = self._size_wh
                stream.pix_fmt = self._pix_fmt
                stream.codec_context.time_base = self._time_base
                while (item := self._queue.get()) is not None:
                    frame = VideoFrame.from_numpy_buffer(self._coded(item[0]), self._pix_fmt)
                    frame.pts, frame.time_base = item[1], self._time_base
                    container.mux(stream.encode(frame))
        except (FFmpegError, OSError):
            pass  # the process has gone; its exit code and its messages say why
        finally:
            self._queue.close()
            with suppress(OSError):
                self._pipe.close()

    def _coded(self, image: Bytes) -> Bytes:
        """The frame as it is sent: RGB, or planes Y, U and V below each other (BT.601, 16..235)."""
        if self._pix_fmt == "rgb24":
            return image
        width, height = self._size_wh
        bottom, right = height - image.shape[0], width - image.shape[1]
        if bottom or right:
            # yuv420p halves both sides of the colour planes, so they must be even.
            image = cast(Bytes, cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_CONSTANT))
        return cast(Bytes, cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420))


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # Ctrl-C is sent to this process only, which then ends ffmpeg and removes the file.
            start_new_session=True,
        )
    except OSError as error:
        raise BackendError(
            f"the ffmpeg program '{command[0]}' cannot be started ({error.strerror})",
            "Check that it is a program for this system.",
        ) from error


def _within(size_wh: tuple[int, int], side: int) -> tuple[int, int]:
    """The size, reduced in proportion until no side is longer."""
    share = min(1.0, side / max(size_wh))
    width, height = (max(1, round(share * each)) for each in size_wh)
    return width, height


def _time_base(fps: Fraction) -> Fraction:
    """A time base that represents regular frame times exactly and others within 1/90000 s."""
    return Fraction(1, fps.numerator * math.ceil(TICKS_PER_S / fps.numerator))


def _compile(output: Any, program: Path) -> list[str]:
    quiet = output.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    command: list[str] = quiet.overwrite_output().compile(cmd=str(program))
    return command


def _run(command: list[str]) -> str:
    """Run a command that needs no input; return the error, or ""."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, start_new_session=True
    )
    return reason_of(done.returncode, done.stderr)
