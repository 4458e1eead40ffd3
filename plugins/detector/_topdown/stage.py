"""The stage that all top-down backends are: find people, look at each, say who is where."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from typing_extensions import Self

from framework.errors import StageError
from framework.hookspecs import WeightsEntry
from framework.skeletons import COCO17, Skeleton
from framework.stages import Detector, Runtime
from framework.types import Detections, FrameBatch, VideoInfo

from .config import PersonDetector, TopDownConfig
from .following import Follower, People, PoseModel
from .persons import each_frame, open_persons


class TopDown(Detector):
    """A pose model on the boxes of a person detector; a backend adds `open_model`.

    With ``redetect_s`` above 0 people are searched for that often, and as soon as somebody was
    lost, and followed by their keypoints in between: ``hint_ids`` are their numbers, and boxes
    lie around the joints seen. With 0, and with boxes from a file, every frame stands by itself
    and keeps the boxes that were found. Box scores are those of the person detector, when it
    last found somebody.

    Args:
        config: settings.
        runtime: device and threads.
    """

    skeleton: Skeleton = COCO17
    device: str = "cpu"
    batch_size: int = 16
    person_weights: WeightsEntry | None = None
    """What ``person_path=null`` means to a backend; None: the person detector's own file."""

    def __init__(self, config: TopDownConfig, runtime: Runtime) -> None:
        self.score_threshold = config.score_threshold
        self._settings = config
        self._runtime = runtime
        self._follower: Follower | None = None

    def open_model(self) -> PoseModel:
        """Open the pose model.

        Raises:
            BackendError: its file cannot be had or is another one.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Open both models; files that are not here yet are fetched.

        Raises:
            BackendError: a file cannot be had or is another model.
        """
        config = self._settings
        model = self.open_model()
        chosen = config.person_detector
        finder = open_persons(
            chosen,
            self._runtime,
            path=config.person_path,
            threshold=config.detection_threshold,
            weights=self.person_weights if chosen is PersonDetector.yolox else None,
        )
        self.skeleton, self.device = model.skeleton, model.device
        self._follower = Follower(model, finder, config)
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
        """Return the people of each frame.

        Raises:
            StageError: inference failed, or the models are not open.
        """
        if self._follower is None:
            name = type(self).__name__
            raise StageError(f"{name} is used as a context manager: with {name}(...) as it")
        config = self._settings
        if config.person_detector is PersonDetector.file or not config.redetect_s:
            seen = self._follower.watch(frames) if len(frames) else []
            return [self._detections(people, followed=False) for people in seen]
        return [
            self._detections(self._follower.follow(frame), followed=True)
            for frame in each_frame(frames)
        ]

    def _detections(self, people: People, *, followed: bool) -> Detections:
        if not len(people):
            return Detections.empty(self.skeleton, self.score_threshold)
        return Detections(
            skeleton=self.skeleton,
            boxes=people.boxes[:, :4].astype(np.float32),
            box_scores=people.boxes[:, 4].clip(0, 1).astype(np.float32),
            keypoints=people.keypoints.astype(np.float32),
            keypoint_scores=people.scores.astype(np.float32),
            score_threshold=self.score_threshold,
            hint_ids=people.numbers if followed else None,
        )
