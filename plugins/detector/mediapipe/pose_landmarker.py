"""The stage."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from typing_extensions import Self

from framework.errors import BackendError, StageError
from framework.skeletons import BLAZEPOSE33, Skeleton
from framework.stages import Detector, Runtime
from framework.types import Detections, FrameBatch, Image, VideoInfo
from framework.weights import locate

from .._topdown.following import People, boxes_around, within
from .config import MediaPipeConfig
from .files import BUNDLES
from .quiet import quiet

_NOISY_FRAMES = 3
"""MediaPipe logs while it warms up."""


class PoseLandmarker(Detector):
    """MediaPipe's PoseLandmarker in its video mode, which follows and smooths.

    Keypoint scores are visibilities, box scores mean presences of the landmarks,
    ``keypoints_3d`` metres around the hips. It computes on one thread of the CPU, whatever the
    run grants.

    Args:
        config: settings.
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
        self._seen = 0

    def __enter__(self) -> Self:
        """Open the bundle; one that is not here yet is fetched.

        Raises:
            BackendError: it cannot be had or is something else.
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
        """Forget the people of the last clip, which only a new landmarker does."""
        if self._landmarker is not None and self._clock_ms >= 0:
            self._close()
            self._open()

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame.

        Raises:
            StageError: inference failed, or the bundle is not open.
        """
        if self._landmarker is None:
            raise StageError("mediapipe is used as a context manager: with PoseLandmarker(...)")
        pairs = zip(frames.images, frames.time_s.tolist(), strict=True)
        return [self._detect_one(image, time_s) for image, time_s in pairs]

    def _detect_one(self, image: Image, time_s: float) -> Detections:
        import mediapipe

        # Times must be whole milliseconds that rise.
        self._clock_ms = max(self._clock_ms + 1, round(time_s * 1000))
        picture = mediapipe.Image(
            image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(image)
        )
        try:
            with quiet() if self._seen < _NOISY_FRAMES else nullcontext():
                answer = self._landmarker.detect_for_video(picture, self._clock_ms)
        except (RuntimeError, ValueError) as error:
            raise StageError(f"MediaPipe failed at {time_s:.3f} s: {error}") from error
        self._seen += 1
        landmarks = _table(answer.pose_landmarks)
        size_wh = image.shape[1], image.shape[0]
        return self._detections(landmarks, _table(answer.pose_world_landmarks), size_wh)

    def _detections(
        self, landmarks: np.ndarray[Any, Any], world: np.ndarray[Any, Any], size_wh: tuple[int, int]
    ) -> Detections:
        """Detections from tables (N, 33, 5) of x, y, z, visibility, presence."""
        keypoints, visibility = landmarks[..., :2] * size_wh, landmarks[..., 3]
        scored = np.column_stack([np.zeros((len(landmarks), 4)), landmarks[..., 4].mean(1)])
        people = People(np.arange(len(landmarks)), scored, keypoints, visibility)
        seen = (visibility >= self.score_threshold).any(1)
        people = people.take(np.flatnonzero(seen))
        people = within(people, boxes_around(people, self.score_threshold), size_wh)
        if not len(people):
            return Detections.empty(self.skeleton, self.score_threshold)
        return Detections(
            skeleton=self.skeleton,
            boxes=people.boxes[:, :4].astype(np.float32),
            box_scores=people.boxes[:, 4].clip(0, 1).astype(np.float32),
            keypoints=people.keypoints.astype(np.float32),
            keypoint_scores=people.scores.astype(np.float32),
            score_threshold=self.score_threshold,
            keypoints_3d=world[people.numbers, :, :3].astype(np.float32),
        )

    def _open(self) -> None:
        config = self._config
        try:
            with quiet():
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
        self._clock_ms, self._seen = -1, 0

    def _close(self) -> None:
        if self._landmarker is not None:
            with quiet():
                self._landmarker.close()
            self._landmarker = None


def _table(people: list[list[Any]]) -> np.ndarray[Any, Any]:
    """(N, 33, 5) float64 x, y, z, visibility, presence of MediaPipe's landmark objects."""
    rows = [[(p.x, p.y, p.z, p.visibility, p.presence) for p in one] for one in people]
    return np.array(rows, np.float64).reshape(-1, len(BLAZEPOSE33.joints), 5)
