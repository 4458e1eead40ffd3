"""Draws the frames of a clip and writes them, with their times and the sound, to a file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np

from framework.errors import ConfigurationError, StageError
from framework.stages import Renderer, Runtime
from framework.types import Bools, FrameBatch, RunResult, VideoInfo
from framework.video.encode import VideoWriter

from .composer import FrameComposer
from .config import Rate, VideoConfig


class VideoRenderer(Renderer):
    """Writes ``<target>_pose3d.mp4`` (or ``.gif``): the source at left, the 3D figure at right.

    `VideoConfig.skip_s`, ``limit_s`` and ``downsample`` drop whole rows, so that image, 2D, 3D and
    sound stay synchronous.
    """

    def __init__(self, config: VideoConfig, runtime: Runtime) -> None:
        self._config = config
        self._writer: VideoWriter | None = None
        self.wants_interpolated = config.rate is Rate.interpolated

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove a file that was opened and not closed."""
        if self._writer is not None:
            self._writer.abort()
            self._writer = None

    def open(self, result: RunResult, target: Path) -> None:
        """Prepare the drawing and start the encoder; see `framework.stages.Renderer`.

        Raises:
            ConfigurationError: no frame is left to draw.
        """
        if self._writer is not None:  # the last clip was not finished
            self._writer.abort()
            self._writer = None
        self.notes = ()
        config = self._config
        self._result, self._row = result, 0
        self._shown = shown_rows(result, config)
        if not self._shown.any():
            raise ConfigurationError(
                f"renderer.skip_s={config.skip_s:g} leaves none of the "
                f"{len(self._shown)} frames of '{result.video.path.name}' to draw",
                "Choose a smaller renderer.skip_s, or renderer=none.",
            )
        self._composer = FrameComposer(result, config)
        width, height = self._composer.size_wh
        self._canvas = np.empty((height, width, 3), np.uint8)
        self._path = target.with_name(f"{target.name}_pose3d.{config.format.value}")
        self._writer = VideoWriter(
            self._path,
            size_wh=(width, height),
            # A float such as 0.3 as 3/10, not with a denominator of 2^54; the least speed is 0.01.
            fps=_rate(result) * Fraction(config.speed).limit_denominator(100) / config.downsample,
            audio_from=self._audio_source(result.video),
            preset=config.preset.value,
            crf=config.crf,
            bitrate_kbps=config.bitrate_kbps,
        )

    def draw(self, frames: FrameBatch) -> None:
        """Draw and write the frames to show; see `framework.stages.Renderer`.

        Raises:
            StageError: the renderer is not open, or the frames are not those of the result.
        """
        if self._writer is None:
            raise StageError("the video renderer was given frames before it was opened")
        rows = slice(self._row, self._row + len(frames))
        if not np.array_equal(frames.index, self._result.frame_index[rows]):
            raise StageError(
                f"frame {frames.index[0]} came where the result has row {self._row}",
                "The video changed while it was read; run it again.",
            )
        for number in np.flatnonzero(self._shown[rows]).tolist():
            self._composer.draw(frames.images[number], self._row + number, self._canvas)
            self._writer.write(self._canvas, float(frames.time_s[number]) / self._config.speed)
        self._row += len(frames)

    def close(self) -> Path | None:
        """Finish the file and return its path."""
        if self._writer is None:
            return None
        writer, self._writer = self._writer, None
        writer.close()
        self.notes = writer.notes
        return self._path

    def _audio_source(self, video: VideoInfo) -> VideoInfo | None:
        """The clip, its sound ending with the last frame drawn; None at another speed than 1."""
        if self._config.speed != 1:
            return None
        if self._config.limit_s is None:
            return video
        last_s = float(self._result.time_s[self._shown][0]) + self._config.limit_s
        return replace(video, end_s=last_s if video.end_s is None else min(last_s, video.end_s))


def _rate(result: RunResult) -> Fraction:
    """Nominal rate of the rows; interpolated frames repeat the index of their source frame."""
    factor = round(len(result.frame_index) / len(np.unique(result.frame_index)))
    return result.video.fps_read * factor


def shown_rows(result: RunResult, config: VideoConfig) -> Bools:
    """(T,) bool: rows after ``skip_s``, within ``limit_s`` of it, every ``downsample``-th."""
    since = result.time_s - result.time_s[:1].sum() - config.skip_s
    # Frame times are rounded to clock ticks: that must neither drop nor add a frame.
    within = since > -1e-6
    if config.limit_s is not None:
        within &= since < config.limit_s - 1e-6
    shown = np.zeros(len(since), np.bool_)
    shown[np.flatnonzero(within)[:: config.downsample]] = True
    return shown
