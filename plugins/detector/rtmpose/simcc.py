"""A pose network that answers with one distribution along x and one along y for each joint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.errors import BackendError
from framework.skeletons import COCO17, HALPE26, Skeleton
from framework.stages import Runtime

from .._topdown.boxes import Array, Image
from .._topdown.crops import Poses, poses_by_crops
from .._topdown.onnx import OnnxBatches, Tensor
from .wholebody import WHOLEBODY133

_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_STD = np.array([58.395, 57.12, 57.375], np.float32)
_BATCH = 32
_SKELETONS = {len(one.joints): one for one in (COCO17, HALPE26, WHOLEBODY133)}


class SimCcModel:
    """An ONNX file with RTMPose's inputs and outputs; implements `PoseModel`.

    Args:
        path: the file; input ``(N, 3, H, W)`` RGB, outputs ``simcc_x (N, J, 2 W)`` and
            ``simcc_y (N, J, 2 H)`` with J of 17, 26 or 133.
        runtime: device and threads.

    Raises:
        BackendError: the file cannot be opened or is another network.
    """

    def __init__(self, path: Path, runtime: Runtime) -> None:
        self._model = OnnxBatches(path, runtime)
        self.device = self._model.device
        takes, gives = self._model.takes, self._model.gives
        if not _is_simcc(takes, gives):
            hint = "Give an ONNX file of RTMPose or DWPose, as OpenMMLab's kit exports it."
            if {"dets", "keypoints"} <= set(gives):
                hint = "This looks like an RTMO: choose detector=rtmo and give detector.path."
            raise BackendError(
                f"{path} maps {takes} to {gives}, but RTMPose maps [N, 3, 256, 192] to "
                "simcc_x [N, 17, 384] and simcc_y [N, 17, 512]",
                hint,
            )
        self._size_wh = takes[3], takes[2]
        self.skeleton: Skeleton = _SKELETONS[gives["simcc_x"][1]]

    def poses(self, images: Sequence[Image], boxes: Sequence[Array]) -> Sequence[Poses]:
        """See `PoseModel.poses`."""
        return poses_by_crops(self._read, images, boxes, size_wh=self._size_wh, batch=_BATCH)

    def _read(self, crops: NDArray[np.uint8]) -> Poses:
        pixels = ((crops - _MEAN) / _STD).transpose(0, 3, 1, 2)
        answer = self._model.run(np.ascontiguousarray(pixels))
        return decode(answer["simcc_x"], answer["simcc_y"], self._size_wh)


def decode(simcc_x: Tensor, simcc_y: Tensor, size_wh: tuple[int, int]) -> Poses:
    """Read distributions along x and y (Li et al., arXiv 2107.03332).

    Args:
        simcc_x: (N, J, Bx); bin b of Bx stands for the pixel ``b * width / Bx``.
        simcc_y: (N, J, By).
        size_wh: of the crop.

    Returns:
        (N, J, 2) pixels of the crop, and (N, J) scores: the mean of both maxima. Where it is not
        above 0 the network says nothing: NaN and 0.
    """
    axes = np.stack([simcc_x.argmax(-1), simcc_y.argmax(-1)], -1)
    bins = np.array([simcc_x.shape[-1], simcc_y.shape[-1]])
    # The network learned from indices of pixels, whose middle is half a pixel further in.
    points = axes * (np.array(size_wh) / bins) + 0.5
    scores = (simcc_x.max(-1).astype(np.float64) + simcc_y.max(-1)) / 2
    unknown = ~(scores > 0)
    points[unknown], scores[unknown] = np.nan, 0
    return points, scores


def _is_simcc(takes: list[int | str | None], gives: dict[str, list[int | str | None]]) -> bool:
    if len(takes) != 4 or not {"simcc_x", "simcc_y"} <= set(gives):
        return False
    axes = gives["simcc_x"], gives["simcc_y"]
    fixed = all(isinstance(side, int) for side in (*takes[2:], *axes[0][1:], *axes[1][1:]))
    return takes[1] == 3 and fixed and axes[0][1] == axes[1][1] and axes[0][1] in _SKELETONS
