"""The stage: Keypoint R-CNN (He et al., arXiv 1703.06870) as torchvision implements it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import numpy as np
import torch
from torchvision.models.detection import keypointrcnn_resnet50_fpn
from typing_extensions import Self

from framework.checkpoints import load_tensors
from framework.devices import torch_device, torch_threads
from framework.errors import BackendError, StageError
from framework.skeletons import COCO17, Skeleton
from framework.stages import Detector, Runtime, opened
from framework.types import Detections, FrameBatch
from framework.weights import locate

from .config import TorchvisionConfig
from .files import KEYPOINT_RCNN

_CLASSES = 2  # background and people


class KeypointRcnn(Detector):
    """torchvision's ``keypointrcnn_resnet50_fpn``. Every frame is processed by itself.

    Keypoint scores are the logistic of the network's logits at the maximum of a heatmap: they
    rank joints, but are not probabilities.

    Args:
        config: options.
        runtime: device and threads.
    """

    skeleton: Skeleton = COCO17
    batch_size: int = 4

    def __init__(self, config: TorchvisionConfig, runtime: Runtime) -> None:
        self.score_threshold = config.score_threshold
        self.device = torch_device(runtime.device)
        self._config = config
        self._threads = runtime.threads
        self._model: Any = None

    def __enter__(self) -> Self:
        """Open the model; a file that is not here yet is fetched.

        Raises:
            BackendError: the file is missing or of another network.
        """
        path = self._config.path or locate(KEYPOINT_RCNN)
        model = keypointrcnn_resnet50_fpn(
            weights=None,
            weights_backbone=None,  # or torchvision downloads ImageNet's, to overwrite them
            num_classes=_CLASSES,
            num_keypoints=len(self.skeleton.joints),
            min_size=self._config.short_side_px,
            box_score_thresh=self._config.detection_threshold,
            box_detections_per_img=self._config.max_people,
        )
        try:
            model.load_state_dict(load_tensors(path))
        except RuntimeError as error:
            raise BackendError(
                f"{path} is not torchvision's Keypoint R-CNN R-50-FPN: "
                + " ".join(str(error).split())[:160],
                f"Give {KEYPOINT_RCNN.filename}, or weights trained with the same network.",
            ) from error
        if path.name == KEYPOINT_RCNN.filename:
            _without_epsilon(model)
        self._model = model.eval().to(self.device)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the model."""
        self._model = None

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the people of each frame, best first.

        Raises:
            StageError: inference failed, or the model is not open.
        """
        model = opened(self._model, "detector 'torchvision'")
        if not len(frames):
            return []
        try:
            with torch.inference_mode(), torch_threads(self._threads):
                # A copy, since PyTorch warns of read-only arrays; RGB 0..1, as in the training.
                images = torch.from_numpy(frames.images.copy()).to(self.device)
                outputs = model([image.permute(2, 0, 1) / 255 for image in images])
        except RuntimeError as error:
            raise StageError(f"Keypoint R-CNN failed: {error}") from error
        return [self._people(output) for output in outputs]

    def _people(self, output: dict[str, torch.Tensor]) -> Detections:
        """Detections of one frame from torchvision's outputs."""
        boxes, scores, keypoints, logits = (
            output[name].cpu().numpy().astype(np.float32)
            for name in ("boxes", "scores", "keypoints", "keypoints_scores")
        )
        # A box that was clipped to nothing has keypoints that are no numbers.
        valid = (boxes[:, :2] < boxes[:, 2:]).all(1) & np.isfinite(keypoints).all((1, 2))
        scores_of_joints = 1 / (1 + np.exp(-logits.clip(-50, 50)))
        people = Detections(
            skeleton=self.skeleton,
            boxes=boxes,
            box_scores=scores,
            keypoints=np.ascontiguousarray(keypoints[..., :2]),
            keypoint_scores=scores_of_joints.astype(np.float32),
            score_threshold=self.score_threshold,
        )
        return people.take(np.flatnonzero(valid))


def _without_epsilon(model: torch.nn.Module) -> None:
    """Set the epsilon of batch normalisation to 0, as torchvision does for its published weights.

    They were trained with frozen statistics and no epsilon; with one, activations would shrink.
    """
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 0.0
