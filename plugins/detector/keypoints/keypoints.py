"""The stage: hands out, frame by frame, what a file says about the clip."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from framework.errors import ConfigurationError, InputError, StageError
from framework.skeletons import COCO17, Skeleton
from framework.stages import Detector, Runtime
from framework.types import BlankClip, Detections, FrameBatch, VideoInfo

from .config import KeypointsConfig
from .reading import is_keypoints, read
from .recording import Recording

_PLACES = ("{stem}", "{name}")
"""What of ``detector.file`` is replaced by the video's own."""
_SAME_SHAPE = 0.01
"""Widths that differ by less, at equal height, are roundings."""


class Keypoints(Detector):
    """People from a file: of the video that is the input, or of a clip without a video.

    Looks at no picture, so frames that an interpolator makes are refused.
    ``skeleton`` and ``score_threshold`` are those of the file, known after `start`.

    Args:
        config: settings.
        runtime: not used.
    """

    skeleton: Skeleton = COCO17
    device: str = "cpu"
    batch_size: int = 64

    def __init__(self, config: KeypointsConfig, runtime: Runtime) -> None:
        self.score_threshold = 0.5 if config.score_threshold is None else config.score_threshold
        self._config = config
        self._recording: Recording | None = None
        self._opened: tuple[Path, Recording] | None = None
        self._video: VideoInfo | None = None
        self._last = -1
        self._said: list[str] = []

    def open_clip(self, path: Path) -> BlankClip | None:
        """Return the clip of a file of keypoints; None when it is none.

        Raises:
            InputError: it is damaged, or neither it nor the settings tell its size and rate.
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
            raise InputError(f"'{path}' speaks of no frame", "Nobody was found in its clip.")
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
        """Take the keypoints of this clip.

        Raises:
            InputError: the file is damaged or of pictures of another shape.
            ConfigurationError: no file is given for a video.
        """
        self._video, self._last, self._said = video, -1, []
        if video.has_frames:
            recording = self._of_video(video)
        elif self._opened is not None and self._opened[0] == video.path:
            recording = self._opened[1]
        else:
            recording = read(video.path, self._config)
        self._recording = recording
        self.skeleton, self.score_threshold = recording.skeleton, recording.score_threshold
        self._said.append(_about(recording))
        self._said += recording.notes
        if not video.has_frames:
            self._said.append("without a video: what is drawn stands before a plain background")

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people whom the file has in each frame, in its order.

        Raises:
            ConfigurationError: an interpolator made some of the frames.
            StageError: no clip was started.
        """
        if self._recording is None:
            raise StageError("detector 'keypoints' is asked before it was told of a clip: start()")
        if not frames.is_source.all():
            # With nobody in every second frame trackers would lose whom they follow.
            raise ConfigurationError(
                "detector=keypoints knows nobody in frames that an interpolator makes",
                "Set interpolator=none.",
            )
        self._last = max([self._last, *frames.index.tolist()])
        return [self._recording.people(index) for index in frames.index.tolist()]

    @property
    def notes(self) -> list[str]:
        """Sentences about the file, and how it fits the clip that was read."""
        notes = list(self._said)
        video, recording = self._video, self._recording
        if video is None or recording is None or not len(recording.frame):
            return notes
        last = int(recording.frame[-1])
        if video.has_frames and video.end_s is None and video.stride == 1 and last > self._last:
            notes.append(
                f"the keypoints go on to frame {last}, but the video ends with frame {self._last}: "
                "perhaps they are another clip's, or counted otherwise (detector.first_number)"
            )
        return notes

    def _of_video(self, video: VideoInfo) -> Recording:
        if self._config.file is None:
            raise ConfigurationError(
                f"detector=keypoints needs the keypoints of '{video.path}'",
                "Give detector.file=FILE; or give the keypoints themselves as the input.",
            )
        name = str(self._config.file)
        for place, value in zip(_PLACES, (video.path.stem, video.path.name), strict=True):
            name = name.replace(place, value)
        recording = read(Path(name), self._config, (video.path.name, video.path.stem))
        if recording.size_wh is None:
            self._said += _beyond(recording, video)
            return replace(recording, size_wh=video.size_wh)
        (width, height), (own_width, own_height) = video.size_wh, recording.size_wh
        if abs(own_width / own_height * height / width - 1) > _SAME_SHAPE:
            raise InputError(
                f"'{name}' is of pictures of {own_width}x{own_height} pixels, but '{video.path}' "
                f"is {width}x{height}",
                "They are of two clips; or give the right detector.image_size_wh=[W,H].",
            )
        if recording.size_wh != video.size_wh:
            self._said.append(f"keypoints scaled from {own_width}x{own_height} to the video's size")
        return recording.scaled(video.size_wh)


def _size_and_rate(recording: Recording, path: Path) -> tuple[tuple[int, int], Fraction]:
    """What the file or the settings must tell where there is no video."""
    size_wh, fps = recording.size_wh, recording.fps
    if size_wh is None or fps is None:
        lacking = ["image_size_wh=[WIDTH,HEIGHT]"] * (size_wh is None) + ["fps=N"] * (fps is None)
        options = " ".join(f"detector.{option}" for option in lacking)
        raise InputError(
            f"'{path}' holds keypoints ({recording.source}), but does not say of what clip: "
            f"give {options}",
            "Or give the video as the input and this file as detector.file=FILE.",
        )
    return size_wh, fps


def _about(recording: Recording) -> str:
    """What the file is and whom it holds, in a sentence."""
    counts = np.bincount(np.searchsorted(recording.index, recording.frame), minlength=1)
    filled, frames = int((counts > 0).sum()), len(recording.index)
    most = int(counts.max())
    people = "nobody" if not most else "one person" if most == 1 else f"up to {most} people"
    return (
        f"keypoints of {recording.source}, {recording.skeleton.name}: {people}, "
        f"in {filled} of {frames} frames"
    )


def _beyond(recording: Recording, video: VideoInfo) -> list[str]:
    """A warning when keypoints lie where the video has no picture."""
    seen = recording.keypoint_scores >= recording.score_threshold
    places = recording.keypoints[seen]
    if not len(places):
        return []
    reach = np.percentile(places, 95, axis=0)
    if (reach <= np.array(video.size_wh)).all():
        return []
    width, height = video.size_wh
    return [
        f"keypoints reach to {reach[0]:.0f}, {reach[1]:.0f}, beyond the {width}x{height} pixels of "
        "the video: if they are of larger pictures, give detector.image_size_wh=[WIDTH,HEIGHT]"
    ]
