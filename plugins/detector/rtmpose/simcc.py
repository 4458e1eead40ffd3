"""A pose network that gives one distribution along x and one along y for each joint.

SimCC (Li et al., arXiv 2107.03332), as RTMPose (Jiang et al., arXiv 2303.07399) uses it: the bins
are finer than pixels, so that a crop of 192x256 loses less than a heatmap of a quarter of its size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.skeletons import COCO17, HALPE26, Skeleton
from framework.stages import Runtime
from framework.types import Image

from .._images.crops import Poses, poses_by_crops
from .._inference.onnx import OnnxBatches, Tensor
from .wholebody import WHOLEBODY133

# Channel means and deviations of ImageNet, RGB, 0..255, as in RTMPose's training.
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)[:, None, None]
_STD = np.array([58.395, 57.12, 57.375], np.float32)[:, None, None]
_BATCH = 32
"""Crops computed at once."""

_SKELETONS: dict[int | str | None, Skeleton] = {
    len(one.joints): one for one in (COCO17, HALPE26, WHOLEBODY133)
}
"""By the number of joints, the only thing that identifies it in a file."""

GraphShape = list[int | str | None]
"""Shape of a tensor of an ONNX graph; a variable length is a name or None."""


class SimCcModel:
    """Implements `PoseModel` with an ONNX file that has RTMPose's inputs and outputs.

    Args:
        path: the file; input ``(N, 3, H, W)`` RGB, outputs ``simcc_x (N, J, 2 W)`` and
            ``simcc_y (N, J, 2 H)`` with J of 17, 26 or 133.
        runtime: device and threads.

    Raises:
        BackendError: the file cannot be opened, or is of another network.
    """

    def __init__(self, path: Path, runtime: Runtime) -> None:
        self._model = OnnxBatches(path, runtime)
        self.device = self._model.device
        takes, gives = self._model.takes, self._model.gives
        self._size_wh = _size_of(takes)
        shapes = gives
        # Exported graphs leave the number of joints open; one run shows it.
        if all(self._size_wh) and {"simcc_x", "simcc_y"} <= set(gives):
            shapes = {name: [*one] for name, one in self._model.shapes_for(self._size_wh).items()}
        skeleton = _skeleton_of(shapes)
        if skeleton is None:
            hint = "Give an ONNX file of RTMPose or DWPose, as OpenMMLab's kit exports it."
            if {"dets", "keypoints"} <= set(gives):
                hint = "This is probably an RTMO: choose detector=rtmo and give detector.path."
            raise BackendError(
                f"{path} maps {takes} to {shapes}, but RTMPose maps [N, 3, 256, 192] to "
                "simcc_x [N, 17, 384] and simcc_y [N, 17, 512]",
                hint,
            )
        self.skeleton: Skeleton = skeleton

    def poses(self, images: Sequence[Image], boxes: Sequence[Array]) -> Sequence[Poses]:
        """See `PoseModel.poses`."""
        return poses_by_crops(self._read, images, boxes, size_wh=self._size_wh, batch=_BATCH)

    def _read(self, crops: NDArray[np.uint8]) -> Poses:
        pixels = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), np.float32)
        outputs = self._model.run((pixels - _MEAN) / _STD)
        return decode(outputs["simcc_x"], outputs["simcc_y"], self._size_wh)


def decode(simcc_x: Tensor, simcc_y: Tensor, size_wh: tuple[int, int]) -> Poses:
    """Read distributions along x and y (Li et al., arXiv 2107.03332).

    Args:
        simcc_x: (N, J, Bx); bin b of Bx stands for the pixel ``b * width / Bx``.
        simcc_y: (N, J, By), the same along the height.
        size_wh: of the crop.

    Returns:
        (N, J, 2) pixels of the crop, and (N, J) scores: the mean of both maxima. Where that is not
        above 0 the joint was not found: NaN and 0.
    """
    # (N, J, 2) bins, x before y.
    axes = np.stack([simcc_x.argmax(-1), simcc_y.argmax(-1)], -1)
    bins = np.array([simcc_x.shape[-1], simcc_y.shape[-1]])
    # The network was trained on indices of pixels, whose middle is half a pixel further in.
    points = axes * (np.array(size_wh) / bins) + 0.5
    # In float64: graphs may compute in half precision, in which a sum is rounded.
    scores = (simcc_x.max(-1).astype(np.float64) + simcc_y.max(-1)) / 2
    # Written so that NaN counts as not found.
    not_found = ~(scores > 0)
    points[not_found], scores[not_found] = np.nan, 0
    return points, scores


def _size_of(takes: GraphShape) -> tuple[int, int]:
    """Width and height of the crops that a network takes; zeros where it takes no images."""
    height, width = takes[2:] if len(takes) == 4 else (0, 0)
    if isinstance(height, int) and isinstance(width, int) and takes[1] == 3:
        return width, height
    return 0, 0


def _skeleton_of(shapes: Mapping[str, GraphShape]) -> Skeleton | None:
    """The skeleton with as many joints as both outputs have."""
    x, y = shapes.get("simcc_x", []), shapes.get("simcc_y", [])
    if len(x) != 3 or len(y) != 3 or x[1] != y[1]:
        return None
    return _SKELETONS.get(x[1])
