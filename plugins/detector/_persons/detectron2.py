"""Person boxes by a Keypoint R-CNN of detectron2's zoo (R-50-FPN), without its keypoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from framework.checkpoints import load_tensors
from framework.devices import torch_device
from framework.geometry.boxes import Array
from framework.stages import Runtime
from framework.types import FrameBatch

from .._detectron2 import network
from .._detectron2.inference import SHORT_SIDE_PX, inference, prepared
from .._detectron2.library import import_library


class Detectron2Boxes:
    """Implements `PersonDetector` with the detectron2 that Python finds.

    Args:
        path: weights of the zoo's R-50 model, or of one trained like it.
        runtime: device and threads.
        threshold: lowest score of a box that is returned, 0..1.

    Raises:
        BackendError: detectron2 cannot be imported, the file is of another network, or a GPU is
            demanded and there is none.
    """

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        self.device = torch_device(runtime.device)
        self._threads = runtime.threads
        self._library = import_library(None)
        model = network.ZOO["r50"]
        boxes_only = replace(model, settings={**model.settings, "MODEL.KEYPOINT_ON": False})
        self._network = network.build(self._library, boxes_only, self.device, threshold)
        tensors = load_tensors(path, section="model")
        network.fill(self._library, self._network, tensors, caffe2=False, path=path)

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """See `PersonDetector.boxes`."""
        found = []
        for image in frames.images:
            with inference(self._threads):
                inputs = prepared(self._library, image, SHORT_SIDE_PX, self.device)
                people = self._network([inputs])[0]["instances"].to("cpu")
            boxes, scores = people.pred_boxes.tensor.numpy(), people.scores.numpy()
            found.append(np.column_stack([boxes, scores])[np.argsort(-scores)].astype(np.float64))
        return found
