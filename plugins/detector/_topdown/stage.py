"""The stage that all top-down backends share: find people, then estimate the pose of each."""

from __future__ import annotations

from abc import abstractmethod
from types import TracebackType

from typing_extensions import Self

from framework.hookspecs import WeightsEntry
from framework.skeletons import COCO17, Skeleton
from framework.stages import Detector, Runtime, opened
from framework.types import Detections, FrameBatch, VideoInfo

from .._images.batches import each_frame
from .._persons.detectors import open_person_detector
from .._persons.names import PersonDetectorName
from .config import TopDownConfig
from .following import PoseModel, TopDownFollower


class TopDownDetector(Detector):
    """A pose model on the boxes of a person detector; a backend adds `name` and `open_model`.

    With ``redetect_s`` above 0 people are searched for that often, and as soon as somebody was
    lost, and followed by their keypoints in between: ``hint_ids`` are their numbers, and boxes
    lie around the joints seen. With 0, and with boxes from a file, every frame is processed by
    itself and keeps the boxes that were found. Box scores are those of the person detector, when
    it last found somebody.

    Args:
        config: options.
        runtime: device and threads.
    """

    name: str
    """As users choose it; for messages."""

    skeleton: Skeleton = COCO17
    device: str = "cpu"
    batch_size: int = 16
    person_weights: WeightsEntry | None = None
    """What ``person_path=null`` means to a backend; None: the person detector's own file."""

    def __init__(self, config: TopDownConfig, runtime: Runtime) -> None:
        self.score_threshold = config.score_threshold
        self._settings = config
        self._runtime = runtime
        self._follower: TopDownFollower | None = None

    @abstractmethod
    def open_model(self) -> PoseModel:
        """Open the pose model.

        Raises:
            BackendError: its file is missing or of another network.
        """
        ...

    def __enter__(self) -> Self:
        """Open both models; files that are not here yet are fetched.

        Raises:
            BackendError: a file is missing or of another network.
        """
        config = self._settings
        model = self.open_model()
        chosen = config.person_detector
        detector = open_person_detector(
            chosen,
            self._runtime,
            path=config.person_path,
            threshold=config.detection_threshold,
            weights=self.person_weights if chosen is PersonDetectorName.yolox else None,
        )
        self.skeleton, self.device = model.skeleton, model.device
        self._follower = TopDownFollower(model, detector, config)
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
        self.cut()

    def cut(self) -> None:
        """Forget everybody."""
        if self._follower:
            self._follower.forget()

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame.

        Raises:
            StageError: inference failed, or the models are not open.
        """
        follower = opened(self._follower, f"detector '{self.name}'")
        config = self._settings
        if config.person_detector is PersonDetectorName.file or not config.redetect_s:
            found = follower.detect_each(frames) if len(frames) else []
            return [people.detections(self.skeleton, self.score_threshold) for people in found]
        return [
            people.detections(self.skeleton, self.score_threshold, hint_ids=people.numbers)
            for people in map(follower.follow, each_frame(frames))
        ]
