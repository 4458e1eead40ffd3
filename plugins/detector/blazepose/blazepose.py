"""The stage: opens the models, and turns followed people into detections."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from typing_extensions import Self

from framework.errors import StageError
from framework.skeletons import BLAZEPOSE33, Skeleton
from framework.stages import Detector, Runtime
from framework.types import Detections, FrameBatch, VideoInfo
from framework.weights import locate

from .._blazepose.boxes import box_around
from .._blazepose.files import DETECTOR, LANDMARKS
from .._blazepose.landmarks import LandmarkModel
from .._blazepose.newcomers import SquareFinder
from .._blazepose.tiles import TiledDetector
from .._topdown import config as topdown
from .._topdown.persons import open_persons
from .config import BlazePoseConfig, PersonDetector
from .finders import BoxedSquares
from .following import Follower, Person

_DEFAULT_THRESHOLD = 0.5


class BlazePose(Detector):
    """BlazePose for several people.

    Each person's landmarks say where to look in the next frame, so a frame costs one run of the
    landmark model a person, two with ``flip``; a search for newcomers runs every ``redetect_s``
    seconds of the clip, and a quick one whenever somebody was lost.

    Keypoint scores are visibilities, box scores presences, ``keypoints_3d`` metres around the
    hips. Keypoints outside the frame are the model's guesses, of low visibility. Answers depend
    on neither threads nor the size of batches.

    Args:
        config: settings.
        runtime: threads; the work is done on the CPU whatever the device.
    """

    skeleton: Skeleton = BLAZEPOSE33
    device: str = "cpu"
    batch_size: int = 16

    def __init__(self, config: BlazePoseConfig, runtime: Runtime) -> None:
        self.score_threshold = config.score_threshold
        self._config = config
        self._threads = runtime.threads
        self._follower: Follower | None = None

    def __enter__(self) -> Self:
        """Open the models; files that are not here yet are fetched.

        Raises:
            BackendError: a file cannot be had or is another model.
        """
        path = locate(LANDMARKS[self._config.model.value])
        landmarks = LandmarkModel(path, self._threads, self._config.flip)
        self._follower = Follower(landmarks, self._open_finder(), self._config)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the models."""
        self._follower = None

    def start(self, video: VideoInfo) -> None:
        """Forget the people of the last clip."""
        if self._follower:
            self._follower.forget()

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame, those followed longest first.

        Raises:
            StageError: inference failed, or the models are not open.
        """
        if self._follower is None:
            raise StageError("blazepose is used as a context manager: with BlazePose(...) as it")
        found = []
        for image, time_s in zip(frames.images, frames.time_s.tolist(), strict=True):
            people = self._follower.update(image, time_s)
            found.append(self._detections(people, frames.size_wh))
        return found

    def _open_finder(self) -> SquareFinder:
        config = self._config
        if config.person_detector is PersonDetector.yolox:
            boxes = open_persons(
                topdown.PersonDetector.yolox,
                Runtime(device="cpu", threads=self._threads),
                path=config.yolox_path,
                threshold=config.detection_threshold,
            )
            return BoxedSquares(boxes)
        threshold = config.detection_threshold
        threshold = _DEFAULT_THRESHOLD if threshold is None else threshold
        return TiledDetector(locate(DETECTOR), self._threads, threshold, config.tiles.value)

    def _detections(self, people: list[Person], size_wh: tuple[int, int]) -> Detections:
        if not people:
            return Detections.empty(self.skeleton, self.score_threshold)
        poses = [person.pose for person in people]
        boxes = [box_around(pose, self.score_threshold, size_wh) for pose in poses]
        return Detections(
            skeleton=self.skeleton,
            boxes=np.array(boxes, np.float32),
            box_scores=np.array([pose.presence for pose in poses], np.float32),
            keypoints=np.array([pose.keypoints for pose in poses], np.float32),
            keypoint_scores=np.array([pose.visibility for pose in poses], np.float32),
            score_threshold=self.score_threshold,
            keypoints_3d=np.array([pose.world for pose in poses], np.float32),
            hint_ids=np.array([person.number for person in people], np.int64),
        )
