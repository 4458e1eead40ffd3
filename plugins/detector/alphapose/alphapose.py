"""The stage, and FastPose (Fang et al., arXiv 2211.03375) on the crops of people.

Crops and heatmaps are read as AlphaPose's ``SimpleTransform`` and ``heatmap_to_coord_simple`` do,
with which its networks are trained and evaluated. Another normalisation or decoding costs accuracy
without an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from framework.checkpoints import load_tensors
from framework.devices import torch_device, torch_threads
from framework.errors import BackendError, ConfigurationError, StageError
from framework.geometry.boxes import Array
from framework.skeletons import COCO17, HALPE26, Skeleton
from framework.stages import Runtime
from framework.types import Image
from framework.weights import locate

from .._images.crops import Poses, poses_by_crops
from .._topdown.following import PoseModel
from .._topdown.stage import TopDownDetector
from .config import AlphaPoseConfig, AlphaPoseKeypoints
from .files import FAST_POSE
from .library import build, import_library, published_config, read_config

_BATCH = 16
"""Crops computed at once."""

_MEAN = (0.406, 0.457, 0.480)
"""Subtracted from RGB 0..1 in this order, as in its training; there is no division."""
_SKELETONS = {AlphaPoseKeypoints.coco17: COCO17, AlphaPoseKeypoints.halpe26: HALPE26}


class AlphaPose(TopDownDetector):
    """AlphaPose's FastPose on person boxes.

    Keypoint scores are maxima of heatmaps, about 0..1; one of 0 or less means that the joint was
    not found.

    Args:
        config: options.
        runtime: device and threads.
    """

    name = "alphapose"

    def __init__(self, config: AlphaPoseConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self._config = config
        self.skeleton = _SKELETONS[config.body]
        self.device = torch_device(runtime.device)

    def open_model(self) -> PoseModel:
        """Build the network from AlphaPose's sources and read its weights.

        Raises:
            BackendError: AlphaPose or the weights are missing, or of another network.
            ConfigurationError: its configuration is of a network that is not supported.
        """
        config = self._config
        library = import_library(config.checkout)
        body = config.body.value
        path = config.config or published_config(library, body)
        architecture = read_config(path)
        if architecture.joints != len(self.skeleton.joints):
            raise ConfigurationError(
                f"detector.config={path} has {architecture.joints} joints, but detector.body="
                f"{body} has {len(self.skeleton.joints)}",
                "Choose the detector.body that the configuration belongs to.",
            )
        network = build(library, architecture)
        checkpoint = config.checkpoint or locate(FAST_POSE[body])
        fill(network, load_tensors(checkpoint), checkpoint)
        return FastPose(network, self.skeleton, architecture.size_wh, self._runtime)


class FastPose:
    """Implements `PoseModel` with a network of AlphaPose that gives heatmaps.

    Args:
        network: from crops (n, 3, height, width) to heatmaps (n, J, h, w).
        skeleton: of its J joints.
        size_wh: of the crops.
        runtime: device and threads.
    """

    def __init__(
        self, network: nn.Module, skeleton: Skeleton, size_wh: tuple[int, int], runtime: Runtime
    ) -> None:
        self.skeleton = skeleton
        self.device = torch_device(runtime.device)
        self._network = network.to(self.device)
        self._size_wh = size_wh
        self._threads = runtime.threads

    def poses(self, images: Sequence[Image], boxes: Sequence[Array]) -> Sequence[Poses]:
        """See `PoseModel.poses`; people of all images share batches."""
        joints = len(self.skeleton.joints)
        if not any(map(len, boxes)):
            return [(np.zeros((0, joints, 2)), np.zeros((0, joints)))] * len(images)
        return poses_by_crops(self._read, images, boxes, size_wh=self._size_wh, batch=_BATCH)

    def _read(self, crops: NDArray[np.uint8]) -> Poses:
        mean = torch.tensor(_MEAN)[:, None, None]
        pixels = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255 - mean
        try:
            with torch_threads(self._threads), torch.inference_mode():
                maps = self._network(pixels.to(self.device)).cpu().numpy()
        except RuntimeError as error:
            raise StageError(f"AlphaPose failed: {error}") from error
        points, scores = peaks(maps)
        # Its training targets put a joint at index x of the crop at x / stride of the map; index x
        # is half a pixel further in, counted from the corner of the first pixel.
        stride = self._size_wh[0] / maps.shape[3], self._size_wh[1] / maps.shape[2]
        return points * np.array(stride) + 0.5, scores


def fill(network: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Load weights into a network.

    Raises:
        BackendError: the weights are of another network.
    """
    wanted = network.state_dict()
    # Names must agree in both directions: a longer file is of another network too.
    differing = [
        name for name in wanted if getattr(tensors.get(name), "shape", None) != wanted[name].shape
    ]
    if differing or len(tensors) != len(wanted):
        first = differing[0] if differing else next(name for name in tensors if name not in wanted)
        raise BackendError(
            f"{path} holds another network: {first} and {max(len(differing) - 1, 0)} others are "
            "missing, of another shape or not expected",
            "Choose the detector.body or detector.config that the file belongs to.",
        )
    network.load_state_dict(tensors)


def peaks(maps: NDArray[np.float32]) -> Poses:
    """Peaks of heatmaps (n, J, h, w), moved a quarter pixel towards the higher neighbour.

    This is the decoding of Newell et al. (arXiv 1603.06937), with which AlphaPose is evaluated.

    Returns:
        Points (n, J, 2) in indices of the map, NaN where nothing is above 0; and the values there,
        0 then.
    """
    people, joints, height, width = maps.shape
    flat = maps.reshape(people, joints, height * width)
    best, values = flat.argmax(-1), flat.max(-1).astype(np.float64)
    # Maps are stored row by row, so the quotient is the row. (n, J) each
    y, x = np.divmod(best, width)
    points = np.stack([x, y], -1).astype(np.float64)
    # AlphaPose does not move peaks at the border of the map.
    inner = (x > 1) & (x < width - 1) & (y > 1) & (y < height - 1)
    row, column = np.ogrid[:people, :joints]
    # Clipped only to have valid indices; such peaks are not moved.
    left, right = np.maximum(x - 1, 0), np.minimum(x + 1, width - 1)
    up, down = np.maximum(y - 1, 0), np.minimum(y + 1, height - 1)
    slope_x = maps[row, column, y, right] - maps[row, column, y, left]
    slope_y = maps[row, column, down, x] - maps[row, column, up, x]
    points += 0.25 * np.sign(np.stack([slope_x, slope_y], -1)) * inner[..., None]
    # Written so that NaN counts as not found.
    not_found = ~(values > 0)
    points[not_found], values[not_found] = np.nan, 0
    return points, values
