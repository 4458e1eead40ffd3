"""The stage: runs Keypoint R-CNN (He et al., arXiv 1703.06870) on frames by themselves."""

from __future__ import annotations

import logging
from types import ModuleType, TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn
from typing_extensions import Self

from framework.checkpoints import load_tensors
from framework.devices import torch_device
from framework.errors import ConfigurationError
from framework.hookspecs import WeightsEntry
from framework.skeletons import COCO17
from framework.stages import Detector, Runtime, opened
from framework.types import Bytes, Detections, FrameBatch, VideoInfo
from framework.weights import locate

from .._detectron2 import files, network
from .._detectron2.inference import inference, prepared
from .._detectron2.library import import_library
from .config import Detectron2Config, DetectronConfig

logger = logging.getLogger(__name__)

_LONG_CLIP_FRAMES = 100
"""Frames from which the user is warned of the time without a GPU."""

_CPU_SECONDS = 5
"""Rough time for a frame without a GPU."""


class Detectron(Detector):
    """People of each frame by itself, with their COCO-17 keypoints.

    Keypoint scores are detectron2's: the peak of a softmax over the person's heatmap, which can
    exceed 1 and is cut there. They can be compared between people of any size, but not with the
    scores of other detectors. A hidden joint gets a position too, with a low score.

    Args:
        config: options.
        runtime: device and threads.
    """

    skeleton = COCO17
    _name = "detectron"

    def __init__(self, config: DetectronConfig, runtime: Runtime) -> None:
        self.device = torch_device(runtime.device)
        self.batch_size = config.batch_size
        self.score_threshold = config.score_threshold
        self._config = config
        self._threads = runtime.threads
        self._network: nn.Module | None = None
        if config.half and self.device != "cuda":
            raise ConfigurationError(
                "detector.half=true needs a GPU", "Leave it out: a CPU gains nothing by it."
            )

    def _published(self) -> tuple[network.PublishedModel, WeightsEntry]:
        """How the network is built, and its published weights."""
        return network.DETECTRON, files.DETECTRON

    def __enter__(self) -> Self:
        """Import detectron2, build the network and read its weights.

        Raises:
            BackendError: detectron2 or the weights are missing, or of another network.
        """
        library = import_library(self._config.checkout)
        model, entry = self._published()
        path = self._config.weights or locate(entry)
        tensors = load_tensors(path, section="blobs" if model.caffe2 else "model")
        built = network.build(library, model, self.device, self._config.detection_threshold)
        network.fill(library, built, tensors, model.caffe2, path)
        if self._config.half:
            network.use_half_precision(built, self.device)
        self._library: ModuleType = library
        self._network = built
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the network."""
        self._network = None

    def start(self, video: VideoInfo) -> None:
        """Warn of a long computation; frames do not depend on one another."""
        frames = video.expected_frames or 0
        if self.device == "cpu" and frames > _LONG_CLIP_FRAMES:
            logger.warning(
                "Keypoint R-CNN takes seconds a frame without a GPU: %d frames about %d minutes. "
                "stride=, end_s= and detector.short_side_px= shorten it.",
                frames,
                round(frames * _CPU_SECONDS / 60),
            )

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame, best box first.

        Raises:
            StageError: inference failed, memory ran out, or the network is not open.
        """
        built = opened(self._network, f"detector '{self._name}'")
        found: list[Detections] = []
        # The pipeline's chunks may be larger than the memory of a GPU allows.
        for start in range(0, len(frames), self.batch_size):
            images = frames.images[start : start + self.batch_size]
            with inference(self._threads):
                outputs = built([self._prepared(image) for image in images])
            found += [self._detections(output["instances"].to("cpu")) for output in outputs]
        return found

    def _prepared(self, image: Bytes) -> dict[str, Any]:
        return prepared(self._library, image, self._config.short_side_px, self.device)

    def _detections(self, people: Any) -> Detections:
        """Of one frame's `detectron2.structures.Instances`."""
        boxes, scores = people.pred_boxes.tensor.numpy(), people.scores.numpy()
        return detections(boxes, scores, people.pred_keypoints.numpy(), self.score_threshold)


class Detectron2(Detectron):
    """`Detectron` with a model of detectron2's zoo."""

    _name = "detectron2"
    _config: Detectron2Config

    def _published(self) -> tuple[network.PublishedModel, WeightsEntry]:
        model = self._config.model.value
        return network.ZOO[model], files.ZOO[model]


def detections(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    keypoints: NDArray[np.float32],
    score_threshold: float,
) -> Detections:
    """Outputs of a Keypoint R-CNN as `Detections`, best box first.

    Args:
        boxes: (N, 4) x1 y1 x2 y2 in pixels of the frame.
        scores: (N,) 0..1.
        keypoints: (N, 17, 3): x, y from the outer corner of the first pixel, and a score >= 0.
        score_threshold: keypoint score from which a joint counts as seen.
    """
    order = np.argsort(-scores, kind="stable")
    order = order[(boxes[order, :2] < boxes[order, 2:]).all(1)]  # clipping may leave no area
    return Detections(
        skeleton=COCO17,
        boxes=boxes[order].astype(np.float32),
        box_scores=scores[order].astype(np.float32),
        keypoints=keypoints[order, :, :2].astype(np.float32),
        keypoint_scores=keypoints[order, :, 2].clip(0, 1).astype(np.float32),
        score_threshold=score_threshold,
    )
