"""The source of the frames of a run: a video, pictures, or the times of a keypoint file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framework.errors import ConfigurationError
from framework.reading import Reading
from framework.stages import Detector, FileDetector
from framework.types import BlankClip, VideoInfo
from framework.video.blank import BlankReader, part_of
from framework.video.decode import FrameReader
from framework.video.pictures import open_pictures
from framework.video.probe import probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A clip that can be read any number of times.

    Attributes:
        video: what is known of it.
        blank: its frames, where there is no video.
    """

    video: VideoInfo
    blank: BlankClip | None = None

    def frames(self, batch_size: int) -> FrameReader | BlankReader:
        """Return a context manager and iterator over its `FrameBatch`es, from the beginning."""
        if self.blank is None:
            return FrameReader(self.video, batch_size=batch_size)
        return BlankReader(self.blank, batch_size=batch_size)


def open_source(
    path: Path,
    detector: Detector,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    stride: int = 1,
    input_fps: float | None = None,
    reading: Reading = Reading(),
) -> Source:
    """Describe an input: a file that the detector reads itself, pictures, or else a video.

    Args:
        path: the input.
        detector: asked first, if it is one that reads files.
        start_s: see `framework.video.probe.probe`.
        end_s: ...
        stride: ...
        input_fps: frames per second of pictures.
        reading: how files are read.

    Raises:
        InputError: it is none of them, or damaged.
        ConfigurationError: ``start_s``, ``end_s`` or ``stride`` make no sense, or ``input_fps`` is
            given for an input that has a rate of its own.
    """
    clip = detector.open_clip(path) if isinstance(detector, FileDetector) else None
    if clip is None:
        span: dict[str, Any] = {"start_s": start_s, "end_s": end_s, "stride": stride}
        video = open_pictures(path, fps=input_fps, reading=reading, **span)
        if video is None:
            video = probe(path, reading=reading, **span)
            _refuse_rate(path, input_fps)
        return Source(video=video)
    _refuse_rate(path, input_fps)
    part = part_of(clip, start_s=start_s, end_s=end_s, stride=stride)
    return Source(video=part.video, blank=part)


def _refuse_rate(path: Path, input_fps: float | None) -> None:
    if input_fps is not None:
        raise ConfigurationError(
            f"input_fps is for a folder or pattern of pictures, but '{path}' has its own times",
            "Leave input_fps out.",
        )
