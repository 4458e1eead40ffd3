"""Person boxes by torchvision's Faster R-CNN (Ren et al., arXiv 1506.01497), the mobile one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn

from framework.checkpoints import load_tensors
from framework.devices import torch_device, torch_threads
from framework.errors import BackendError, StageError
from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.types import FrameBatch

_PERSON = 1
_CLASSES = 91


class FasterRcnn:
    """torchvision's ``fasterrcnn_mobilenet_v3_large_320_fpn``, trained on COCO.

    Args:
        path: its state dict.
        runtime: device and threads.
        threshold: score from which a box is returned, 0..1.

    Raises:
        BackendError: the file is not this network's, or a GPU is demanded and there is none.
    """

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        self.device = torch_device(runtime.device)
        self._threads = runtime.threads
        self._model = fasterrcnn_mobilenet_v3_large_320_fpn(
            weights=None, weights_backbone=None, num_classes=_CLASSES, box_score_thresh=threshold
        )
        try:
            self._model.load_state_dict(load_tensors(path))
        except RuntimeError as error:
            raise BackendError(
                f"{path} is not torchvision's Faster R-CNN: {str(error).splitlines()[0]}",
                "Give fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth.",
            ) from error
        self._model.eval().to(self.device)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """Return the people of each frame, best first.

        Returns:
            One (N, 5) a frame: x1 y1 x2 y2 in pixels, and a score.

        Raises:
            StageError: inference failed.
        """
        try:
            with torch.inference_mode(), torch_threads(self._threads):
                pictures = torch.from_numpy(frames.images.copy()).to(self.device)
                answers = self._model([one.permute(2, 0, 1) / 255 for one in pictures])
        except RuntimeError as error:
            raise StageError(f"Faster R-CNN failed: {error}") from error
        found = []
        for answer in answers:
            people = answer["labels"] == _PERSON
            rows = torch.column_stack([answer["boxes"], answer["scores"]])[people]
            found.append(rows.cpu().numpy().astype(np.float64))
        return found
