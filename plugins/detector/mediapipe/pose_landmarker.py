"""The stage: Google's PoseLandmarker in its video mode."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from typing_extensions import Self

from framework.errors import BackendError, StageError
from framework.skeletons import BLAZEPOSE33, Skeleton
from framework.stages import Detector, Runtime, opened
from framework.types import Detections, FrameBatch, Image, VideoInfo
from framework.weights import locate

from .._inference.stderr import stderr_without
from .._topdown.people import People, boxes_around, within
from .config import MediaPipeConfig
from .files import BUNDLES

_FRAMES_WITH_LOG = 3
"""MediaPipe logs during its first frames; holding that back costs time, so not for all."""


class PoseLandmarker(Detector):
    """MediaPipe's PoseLandmarker in its video mode, which follows people and smooths.

    Keypoint scores are visibilities, box scores mean presences of the landmarks,
    ``keypoints_3d`` metres around the hips. It computes on one thread of the CPU, whatever
    the run allows.

    Args:
        config: options.
        runtime: not used.
    """

    skeleton: Skeleton = BLAZEPOSE33
    device: str = "cpu"
    batch_size: int = 16

    def __init__(self, config: MediaPipeConfig, runtime: Runtime) -> None:
        del runtime
        self.score_threshold = config.score_threshold
        self._config = config
        self._path: Path | None = None
        self._landmarker: Any = None
        self._clock_ms = -1
        self._frames_done = 0

    def __enter__(self) -> Self:
        """Open the bundle; one that is not here yet is fetched.

        Raises:
            BackendError: it is missing or no bundle.
        """
        self._path = self._config.path or locate(BUNDLES[self._config.model.value])
        if not self._path.is_file():
            raise BackendError(f"there is no file {self._path}", "Check detector.path.")
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the models."""
        self._close()
        self._path = None

    def start(self, video: VideoInfo) -> None:
        """Forget the people of the last clip."""
        self.cut()

    def cut(self) -> None:
        """Forget everybody, which only a new landmarker does."""
        if self._landmarker is not None and self._clock_ms >= 0:
            self._close()
            self._open()

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame.

        Raises:
            StageError: inference failed, or the bundle is not open.
        """
        opened(self._landmarker, "detector 'mediapipe'")
        pairs = zip(frames.images, frames.time_s.tolist(), strict=True)
        return [self._detect_one(image, time_s) for image, time_s in pairs]

    def _detect_one(self, image: Image, time_s: float) -> Detections:
        import mediapipe

        # MediaPipe refuses times that do not rise by whole milliseconds.
        self._clock_ms = max(self._clock_ms + 1, round(time_s * 1000))
        wrapped = mediapipe.Image(
            image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(image)
        )
        try:
            with stderr_without() if self._frames_done < _FRAMES_WITH_LOG else nullcontext():
                output = self._landmarker.detect_for_video(wrapped, self._clock_ms)
        except (RuntimeError, ValueError) as error:
            raise StageError(f"MediaPipe failed at {time_s:.3f} s: {error}") from error
        self._frames_done += 1
        landmarks = _table(output.pose_landmarks)
        size_wh = image.shape[1], image.shape[0]
        return self._detections(landmarks, _table(output.pose_world_landmarks), size_wh)

    def _detections(
        self, landmarks: np.ndarray[Any, Any], world: np.ndarray[Any, Any], size_wh: tuple[int, int]
    ) -> Detections:
        """Detections from tables (N, 33, 5) of x, y, z, visibility, presence."""
        keypoints, visibility = landmarks[..., :2] * size_wh, landmarks[..., 3]
        # Boxes are computed below; only their scores are known here.
        scored = np.column_stack([np.zeros((len(landmarks), 4)), landmarks[..., 4].mean(1)])
        people = People(np.arange(len(landmarks)), scored, keypoints, visibility)
        # A person without a visible joint has no box.
        seen = (visibility >= self.score_threshold).any(1)
        people = people.take(np.flatnonzero(seen))
        people = within(people, boxes_around(people, self.score_threshold), size_wh)
        metres = world[people.numbers, :, :3].astype(np.float32)
        return people.detections(self.skeleton, self.score_threshold, keypoints_3d=metres)

    def _open(self) -> None:
        config = self._config
        try:
            with stderr_without():
                from mediapipe.tasks.python import BaseOptions, vision

                options = vision.PoseLandmarkerOptions(
                    base_options=BaseOptions(model_asset_path=str(self._path)),
                    running_mode=vision.RunningMode.VIDEO,
                    num_poses=config.max_people,
                    min_pose_detection_confidence=config.detection_threshold,
                    min_pose_presence_confidence=config.presence_threshold,
                    min_tracking_confidence=config.tracking_threshold,
                )
                self._landmarker = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise BackendError(
                f"{self._path} cannot be opened as a PoseLandmarker bundle: "
                f"{str(error).splitlines()[0]}",
                "Give a .task file: an uncompressed zip of the two models with their metadata.",
            ) from error
        self._clock_ms, self._frames_done = -1, 0

    def _close(self) -> None:
        if self._landmarker is not None:
            with stderr_without():
                self._landmarker.close()
            self._landmarker = None


def _table(people: list[list[Any]]) -> np.ndarray[Any, Any]:
    """(N, 33, 5) float64 x, y, z, visibility, presence of MediaPipe's landmark objects."""
    rows = [[(p.x, p.y, p.z, p.visibility, p.presence) for p in one] for one in people]
    return np.array(rows, np.float64).reshape(-1, len(BLAZEPOSE33.joints), 5)
