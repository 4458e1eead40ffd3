"""The stage: returns, frame by frame, the keypoints of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from framework.errors import ConfigurationError, InputError, StageError
from framework.skeletons import COCO17, Skeleton
from framework.stages import Detector, Runtime
from framework.types import BlankClip, Detections, FrameBatch, VideoInfo

from .config import KeypointFilesConfig
from .placement import notes_on_placement
from .reading import is_keypoints, read
from .recording import KeypointRecording

_PLACES = ("{stem}", "{name}")
"""Parts of ``detector.file`` that are replaced by the name of the video."""

_SAME_SHAPE = 0.01
"""Aspect ratios that differ by less are the same, up to rounding."""


class KeypointFiles(Detector):
    """People from a file: of the video that is the input, or of a clip without a video.

    It does not use the images, so interpolated frames are refused. ``skeleton`` and
    ``score_threshold`` are those of the file, known after `start`. ``notes`` say what the file is,
    and how it fits the frames detected so far.

    Args:
        config: options.
        runtime: not used.
    """

    skeleton: Skeleton = COCO17
    device: str = "cpu"
    batch_size: int = 64

    def __init__(self, config: KeypointFilesConfig, runtime: Runtime) -> None:
        self.score_threshold = 0.5 if config.score_threshold is None else config.score_threshold
        self._config = config
        self._recording: KeypointRecording | None = None
        self._opened: tuple[Path, KeypointRecording] | None = None
        self._video: VideoInfo | None = None
        self._last = -1
        self._file_notes: list[str] = []
        self.notes: Sequence[str] = ()

    def open_clip(self, path: Path) -> BlankClip | None:
        """Return the clip of a file of keypoints; None when it is none.

        Raises:
            InputError: it is damaged, or neither it nor the options give its size and frame rate.
            ConfigurationError: another file is given for a video.
        """
        if not is_keypoints(path):
            return None
        pattern = str(self._config.file or _PLACES[0])
        if not any(place in pattern for place in _PLACES):
            raise ConfigurationError(
                f"the input '{path}' holds keypoints, and so does detector.file={pattern}",
                "Leave out detector.file, or give the video as the input.",
            )
        recording = read(path, self._config)
        self._opened = (path, recording)
        size_wh, fps = _size_and_rate(recording, path)
        if not len(recording.index):
            raise InputError(f"'{path}' contains no frame", "Nobody was found in its clip.")
        times = recording.time_s
        if times is None:
            times = recording.index / float(fps)
        video = VideoInfo(
            path=path,
            size_wh=size_wh,
            fps=fps,
            n_frames=len(recording.index),
            duration_s=float(times[-1] + 1 / fps),
            has_frames=False,
            focal=recording.focal,
        )
        return BlankClip(video=video, index=recording.index, time_s=times)

    def start(self, video: VideoInfo) -> None:
        """Read the keypoints of this clip.

        Raises:
            InputError: the file is damaged, or of images of another aspect ratio.
            ConfigurationError: no file is given for a video.
        """
        self._video, self._last, self._file_notes, self.notes = video, -1, [], ()
        if video.has_frames:
            recording = self._of_video(video)
        elif self._opened is not None and self._opened[0] == video.path:
            recording = self._opened[1]
        else:
            recording = read(video.path, self._config)
        self._recording = recording
        self.skeleton, self.score_threshold = recording.skeleton, recording.score_threshold
        self._file_notes.append(_about(recording))
        self._file_notes += recording.notes
        self._file_notes += _placement(recording, video.path)
        if not video.has_frames:
            self._file_notes.append("without a video: the background of rendered frames is plain")
        self.notes = tuple(self._file_notes)

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame, in the order of the file.

        Raises:
            ConfigurationError: some frames are interpolated.
            StageError: no clip was started.
        """
        if self._recording is None:
            raise StageError("detector 'keypoints' was not started: call start(video) first")
        if not frames.is_source.all():
            # With nobody in every second frame, trackers would lose the people they follow.
            raise ConfigurationError(
                "detector=keypoints has no keypoints for interpolated frames",
                "Set interpolator=none.",
            )
        self._last = max([self._last, *frames.index.tolist()])
        self.notes = (*self._file_notes, *self._notes_on_the_end())
        return [self._recording.people(index) for index in frames.index.tolist()]

    def _notes_on_the_end(self) -> list[str]:
        """A warning when the file has people after the last frame that was detected."""
        video, recording = self._video, self._recording
        if video is None or recording is None or not len(recording.frame):
            return []
        last = int(recording.frame[-1])
        if video.has_frames and video.end_s is None and video.stride == 1 and last > self._last:
            return [
                f"the keypoints go on to frame {last}, but the video ends with frame {self._last}: "
                "they may belong to another clip, or be numbered from 1 (detector.first_number)"
            ]
        return []

    def _of_video(self, video: VideoInfo) -> KeypointRecording:
        if self._config.file is None:
            raise ConfigurationError(
                f"detector=keypoints needs the keypoints of '{video.path}'",
                "Give detector.file=FILE; or give the keypoints themselves as the input.",
            )
        name = str(self._config.file)
        for place, value in zip(_PLACES, (video.path.stem, video.path.name), strict=True):
            name = name.replace(place, value)
        recording = read(Path(name), self._config, (video.path.name, video.path.stem))
        if recording.shares:
            return recording.in_pixels_of(video.size_wh)
        if recording.size_wh is None:
            return replace(recording, size_wh=video.size_wh)
        (width, height), (own_width, own_height) = video.size_wh, recording.size_wh
        if abs(own_width / own_height * height / width - 1) > _SAME_SHAPE:
            raise InputError(
                f"'{name}' is of images of {own_width}x{own_height} pixels, but '{video.path}' "
                f"is {width}x{height}",
                "They are of two different clips; or give the right detector.image_size_wh=[W,H].",
            )
        if recording.size_wh != video.size_wh:
            self._file_notes.append(
                f"keypoints scaled from {own_width}x{own_height} to the video's size"
            )
        return recording.scaled(video.size_wh)


def _size_and_rate(recording: KeypointRecording, path: Path) -> tuple[tuple[int, int], Fraction]:
    """Size and frame rate, which the file or the options must give where there is no video."""
    size_wh, fps = recording.size_wh, recording.fps
    if size_wh is None or fps is None:
        missing = ["image_size_wh=[WIDTH,HEIGHT]"] * (size_wh is None) + ["fps=N"] * (fps is None)
        options = " ".join(f"detector.{option}" for option in missing)
        raise InputError(
            f"'{path}' holds keypoints ({recording.source}), but does not describe its clip: "
            f"give {options}",
            "Or give the video as the input and this file as detector.file=FILE.",
        )
    return size_wh, fps


def _placement(recording: KeypointRecording, path: Path) -> list[str]:
    """Warnings about keypoints that hardly fit the images.

    Raises:
        InputError: they do not fit at all.
    """
    try:
        return notes_on_placement(recording)
    except ValueError as error:
        raise InputError(
            f"the keypoints of '{path}' do not fit it: {error}",
            "Check which images the tool was given, and how it writes coordinates.",
        ) from error


def _about(recording: KeypointRecording) -> str:
    """The kind of file and the number of people in it, in a sentence."""
    counts = np.bincount(np.searchsorted(recording.index, recording.frame), minlength=1)
    filled, frames = int((counts > 0).sum()), len(recording.index)
    most = int(counts.max())
    people = "nobody" if not most else "one person" if most == 1 else f"up to {most} people"
    return (
        f"keypoints of {recording.source}, {recording.skeleton.name}: {people}, "
        f"in {filled} of {frames} frames"
    )
