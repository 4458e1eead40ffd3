"""The stage: RTMO (Lu et al., arXiv 2312.07526), people and keypoints from one network."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from typing_extensions import Self

from framework.errors import BackendError
from framework.geometry.boxes import keep_best
from framework.skeletons import COCO17, Skeleton
from framework.stages import Detector, Runtime, opened
from framework.types import Detections, FrameBatch
from framework.weights import locate

from .._images.letterbox import letterbox, side_of
from .._inference.onnx import OnnxBatches, Tensor
from .config import RtmoConfig
from .files import MODELS

_SIDE = 640
"""Side of the square where the graph leaves it open: that of RTMO's training."""

_OVERLAP = 0.65
"""IoU of the non-maximum suppression for graphs without their own; published ones have a stricter
one."""


class Rtmo(Detector):
    """RTMO: one network for people and keypoints. Every frame is processed by itself.

    Args:
        config: options.
        runtime: device and threads; on a CPU frames are computed side by side.
    """

    skeleton: Skeleton = COCO17
    device: str = "cpu"
    batch_size: int = 16

    def __init__(self, config: RtmoConfig, runtime: Runtime) -> None:
        self.score_threshold = config.score_threshold
        self._config = config
        self._runtime = runtime
        self._model: OnnxBatches | None = None

    def __enter__(self) -> Self:
        """Open the model; a file that is not here yet is fetched.

        Raises:
            BackendError: the file is missing or of another network.
        """
        path = self._config.path or locate(MODELS[self._config.model.value])
        model = OnnxBatches(path, self._runtime)
        _refuse_unless_rtmo(path, model)
        self._model, self.device = model, model.device
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
        model = opened(self._model, "detector 'rtmo'")
        if not len(frames):
            return []
        size = side_of(model.takes, _SIDE)
        squares, scales = zip(*(letterbox(image, size) for image in frames.images), strict=True)
        outputs = model.run_each(np.stack(squares))
        return [
            self._people(output["dets"][0], output["keypoints"][0], scale)
            for output, scale in zip(outputs, scales, strict=True)
        ]

    def _people(self, dets: Tensor, keypoints: Tensor, scale: float) -> Detections:
        """Detections of one frame from boxes (n, 5) and keypoints (n, 17, 3) of the square."""
        found = dets[:, 4] >= self._config.detection_threshold
        found &= (dets[:, :2] < dets[:, 2:4]).all(1)
        boxes, joints = dets[found].astype(np.float64), keypoints[found].astype(np.float64)
        # Some graphs return a person twice.
        kept = keep_best(boxes[:, :4], boxes[:, 4], _OVERLAP)[: self._config.max_people]
        # The network was trained on indices of pixels, whose middle is half a pixel further in.
        points = (joints[kept, :, :2] + 0.5) / scale
        return Detections(
            skeleton=self.skeleton,
            boxes=(boxes[kept, :4] / scale).astype(np.float32),
            box_scores=boxes[kept, 4].clip(0, 1).astype(np.float32),
            keypoints=points.astype(np.float32),
            keypoint_scores=joints[kept, :, 2].astype(np.float32),
            score_threshold=self.score_threshold,
        )


def _refuse_unless_rtmo(path: Path, model: OnnxBatches) -> None:
    """Raise `BackendError` for a file with other inputs or outputs."""
    takes, shapes = model.takes, {name: tuple(shape) for name, shape in model.gives.items()}
    if len(takes) == 4 and takes[1] == 3 and {"dets", "keypoints"} <= set(shapes):
        size = side_of(takes, _SIDE)
        shapes = model.shapes_for((size, size))
    joints = len(COCO17.joints)
    if shapes.get("dets", ())[2:] != (5,) or shapes.get("keypoints", ())[2:] != (joints, 3):
        raise BackendError(
            f"{path} maps {takes} to {shapes}, but RTMO maps [N, 3, 640, 640] to "
            f"dets [N, n, 5] and keypoints [N, n, {joints}, 3]",
            "Give an ONNX file of RTMO, as OpenMMLab's kit exports it.",
        )
