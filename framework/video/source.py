"""The source of the frames of a run: a video, or only the times of a keypoint file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from framework.stages import Detector, FileDetector
from framework.types import BlankClip, VideoInfo
from framework.video.blank import BlankReader, part_of
from framework.video.decode import FrameReader
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
) -> Source:
    """Describe an input: a file that the detector reads itself, or else a video.

    Args:
        path: the input.
        detector: asked first, if it is one that reads files.
        start_s: see `framework.video.probe.probe`.
        end_s: ...
        stride: ...

    Raises:
        InputError: it is neither, or damaged.
        ConfigurationError: ``start_s``, ``end_s`` or ``stride`` make no sense.
    """
    clip = detector.open_clip(path) if isinstance(detector, FileDetector) else None
    if clip is None:
        return Source(video=probe(path, start_s=start_s, end_s=end_s, stride=stride))
    part = part_of(clip, start_s=start_s, end_s=end_s, stride=stride)
    return Source(video=part.video, blank=part)
