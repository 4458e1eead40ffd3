"""Person boxes by torchvision's Faster R-CNN (Ren et al., arXiv 1506.01497) on MobileNet v3."""

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
"""Numbers of COCO's categories run to 90, with gaps; 0 is the background."""


class FasterRcnn:
    """Implements `PersonDetector` with ``fasterrcnn_mobilenet_v3_large_320_fpn``.

    Args:
        path: its state dict, trained on COCO.
        runtime: device and threads.
        threshold: lowest score of a box that is returned, 0..1.

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
        """See `PersonDetector.boxes`; boxes lie within the frame."""
        try:
            # A copy, since PyTorch warns of read-only arrays; RGB 0..1, as torchvision was trained.
            with torch.inference_mode(), torch_threads(self._threads):
                images = torch.from_numpy(frames.images.copy()).to(self.device)
                outputs = self._model([image.permute(2, 0, 1) / 255 for image in images])
        except RuntimeError as error:
            raise StageError(f"Faster R-CNN failed: {error}") from error
        found = []
        for output in outputs:
            people = output["labels"] == _PERSON
            rows = torch.column_stack([output["boxes"], output["scores"]])[people]
            found.append(rows.cpu().numpy().astype(np.float64))
        return found
