"""The stage: opens the networks and turns followed people into detections."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from typing_extensions import Self

from framework.skeletons import BLAZEPOSE33, Skeleton
from framework.stages import Detector, Runtime, opened
from framework.types import Detections, FrameBatch, VideoInfo
from framework.weights import locate

from .._blazepose.boxes import box_around
from .._blazepose.files import DETECTOR, LANDMARKS
from .._blazepose.landmarks import LandmarkModel
from .._blazepose.new_people import CandidateDetector
from .._blazepose.tiles import TiledDetector
from .._movenet.network import MoveNet
from .._persons.detectors import open_person_detector
from .._persons.names import PersonDetectorName
from .candidates import BoxCandidates
from .config import BlazePoseConfig, BlazePosePersonDetector, LimbNetwork
from .following import BlazePoseFollower, FollowedPerson
from .limbs import LimbCorrector, MoveNetLimbs

_DEFAULT_THRESHOLD = 0.5
"""Lowest score of a candidate, as in MediaPipe's graph."""


class BlazePose(Detector):
    """BlazePose for several people.

    Each person's landmarks give the square for the next frame, so a frame costs one run of the
    landmark network a person, two with ``flip``; a search for new people runs every ``redetect_s``
    seconds of the clip, and a fast one whenever somebody was lost.

    Keypoint scores are visibilities, box scores presences, ``keypoints_3d`` metres in camera axes
    around the hips. Keypoints outside the frame are predictions of low visibility. Results depend
    on neither threads nor the size of batches.

    Args:
        config: options.
        runtime: threads; the work is done on the CPU whatever the device.
    """

    skeleton: Skeleton = BLAZEPOSE33
    device: str = "cpu"
    batch_size: int = 16

    def __init__(self, config: BlazePoseConfig, runtime: Runtime) -> None:
        self.score_threshold = config.score_threshold
        self._config = config
        self._threads = runtime.threads
        self._follower: BlazePoseFollower | None = None

    def __enter__(self) -> Self:
        """Open the networks; files that are not here yet are fetched.

        Raises:
            BackendError: a file is missing or of another network.
        """
        path = locate(LANDMARKS[self._config.model.value])
        landmarks = LandmarkModel(path, self._threads, self._config.flip)
        self._follower = BlazePoseFollower(
            landmarks, self._open_candidates(), self._config, self._open_corrector()
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the networks."""
        self._follower = None

    def start(self, video: VideoInfo) -> None:
        """Forget the people of the last clip."""
        self.cut()

    def cut(self) -> None:
        """Forget everybody."""
        if self._follower:
            self._follower.forget()

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame, those followed longest first.

        Raises:
            StageError: inference failed, or the networks are not open.
        """
        follower = opened(self._follower, "detector 'blazepose'")
        found = []
        for image, time_s in zip(frames.images, frames.time_s.tolist(), strict=True):
            people = follower.update(image, time_s)
            found.append(self._detections(people, frames.size_wh))
        return found

    def _open_candidates(self) -> CandidateDetector:
        config = self._config
        if config.person_detector is BlazePosePersonDetector.yolox:
            boxes = open_person_detector(
                PersonDetectorName.yolox,
                Runtime(device="cpu", threads=self._threads),
                path=config.yolox_path,
                threshold=config.detection_threshold,
            )
            return BoxCandidates(boxes)
        threshold = config.detection_threshold
        threshold = _DEFAULT_THRESHOLD if threshold is None else threshold
        return TiledDetector(locate(DETECTOR), self._threads, threshold, config.tiles.value)

    def _open_corrector(self) -> LimbCorrector | None:
        if self._config.limbs is LimbNetwork.none:
            return None
        network = MoveNet(self._config.limbs.value, Runtime(device="cpu", threads=self._threads))
        return LimbCorrector(MoveNetLimbs(network), self._config.limbs_hz)

    def _detections(self, people: list[FollowedPerson], size_wh: tuple[int, int]) -> Detections:
        if not people:
            return Detections.empty(self.skeleton, self.score_threshold)
        poses = [person.corrected for person in people]
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
