"""The stage, and ViTPose (Xu et al., arXiv 2204.12484) as transformers runs it.

Crops, heatmaps and their refinement (DARK, Zhang et al., arXiv 1910.06278) are the library's own,
so that results are those that the published models were evaluated with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging import CRITICAL, getLogger
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from transformers.utils import is_torchvision_available, logging

from framework.devices import torch_device, torch_threads
from framework.errors import BackendError, StageError
from framework.geometry.boxes import Array
from framework.skeletons import COCO17, Skeleton
from framework.stages import Runtime
from framework.types import Image
from framework.weights import OFFLINE_VARIABLE, is_in_hub_cache, keeps_offline

from .._images.crops import Poses, regions
from .._topdown.following import PoseModel
from .._topdown.stage import TopDownDetector
from .config import VitPoseConfig

_BATCH = 32
"""Crops computed at once."""

_COCO = 0
"""ViTPose+ has an expert for each data set that it was trained on; this is COCO's."""

_MAX_REFINEMENT = 1.0
"""Pixels of the heatmap: the refinement fits a parabola to the neighbours of a peak, so that a
larger step is an artefact."""

_HALF_PIXEL = 0.5
"""transformers counts from the middle of the first pixel, this program from its corner."""


class VitPose(TopDownDetector):
    """ViTPose or ViTPose+ on person boxes.

    Keypoint scores are maxima of heatmaps, about 0..1.

    Args:
        config: options.
        runtime: device and threads.
    """

    name = "vitpose"

    def __init__(self, config: VitPoseConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self._config = config

    def open_model(self) -> PoseModel:
        """Open the pose model; transformers fetches one that is named by a hub id.

        Raises:
            BackendError: it is missing or another model.
        """
        return HeatmapModel(self._config.model, self._runtime)


class HeatmapModel:
    """Implements `PoseModel` with a saved ViTPose and its image processor.

    Args:
        name: a folder, or an id on the hub. Weights are read as safetensors only.
        runtime: device and threads.

    Raises:
        BackendError: it is missing, is another model, or a GPU is demanded and there is none.
    """

    skeleton: Skeleton = COCO17

    def __init__(self, name: str, runtime: Runtime) -> None:
        self.device = torch_device(runtime.device)
        self._threads = runtime.threads
        with _as_backend_error(name), _without_log():
            settings = {"local_files_only": keeps_offline(), "trust_remote_code": False}
            self._processor = _processor_class().from_pretrained(name, **settings)
            self._model = _load(name, settings)
        self._model.eval().to(self.device)
        joints, wanted = self._model.config.num_labels, len(self.skeleton.joints)
        if joints != wanted:
            raise BackendError(
                f"{name} has {joints} keypoints instead of COCO's {wanted}",
                "Give a ViTPose trained on COCO, such as usyd-community/vitpose-base-simple.",
            )

    def poses(
        self, images: Sequence[Image], boxes: Sequence[Array]
    ) -> Sequence[tuple[Array, Array]]:
        """See `PoseModel.poses`."""
        # The library takes no image without boxes, so those are left out and filled in again.
        occupied = [row for row, some in enumerate(boxes) if len(some)]
        joints = len(self.skeleton.joints)
        poses = [(np.zeros((0, joints, 2)), np.zeros((0, joints)))] * len(images)
        if not occupied:
            return poses
        # The library's processor makes the crops itself, with the same padding as `regions`.
        around = [_as_coco(boxes[row]) for row in occupied]
        try:
            with torch_threads(self._threads):
                pixels = self._processor(
                    [images[row] for row in occupied],
                    boxes=around,
                    input_data_format="channels_last",
                    return_tensors="pt",
                )["pixel_values"]
                output = self._infer(pixels)
                read = self._processor.post_process_pose_estimation(output, boxes=around)
        except (RuntimeError, ValueError, np.linalg.LinAlgError) as error:
            raise StageError(f"ViTPose failed: {error}") from error
        found = [np.stack([one["keypoints"].numpy() for one in people]) for people in read]
        size = self._processor.size["width"], self._processor.size["height"]
        crops = regions(np.concatenate([boxes[row] for row in occupied]), size)
        points, scores = without_artefacts(
            np.concatenate(found) + _HALF_PIXEL, output.heatmaps.numpy(), crops
        )
        ends = np.cumsum([len(people) for people in found])[:-1]
        parts = zip(np.split(points, ends), np.split(scores, ends), strict=True)
        for row, people in zip(occupied, parts, strict=True):
            poses[row] = people
        return poses

    def _infer(self, pixels: torch.Tensor) -> Any:
        """The model's output for crops (n, 3, H, W), computed in batches."""
        experts = getattr(self._model.config.backbone_config, "num_experts", 1)
        maps = []
        with torch.inference_mode():
            # Crops of a long batch would not fit into the memory of a GPU.
            for part in torch.split(pixels.to(torch.float32), _BATCH):
                chosen = torch.full((len(part),), _COCO, device=self.device)
                extra = {"dataset_index": chosen} if experts > 1 else {}
                maps.append(self._model(part.to(self.device), **extra).heatmaps.cpu())
        return transformers.models.vitpose.modeling_vitpose.VitPoseEstimatorOutput(
            heatmaps=torch.cat(maps)
        )


def without_artefacts(refined: Array, maps: NDArray[np.float32], crops: Array) -> Poses:
    """Keypoints as the library refined them, where that stayed at the peak of the heatmap.

    Where a peak is hardly curved the refinement divides by almost nothing: it may throw a point
    out of the crop, and multiplies the rounding errors that depend on the size of a batch.

    Args:
        refined: (N, J, 2) pixels of the frame.
        maps: (N, J, h, w) heatmaps, whose outermost pixels lie on the border of the crop.
        crops: (N, 4) cx, cy, width, height in the frame.

    Returns:
        Points (N, J, 2): the peak itself where the refinement moved it by more than a pixel of the
        map, NaN where nothing is above 0. Scores (N, J): the maxima of the heatmaps, 0 then.
    """
    people, joints, height, width = maps.shape
    flat = maps.reshape(people, joints, height * width)
    # Maps are stored row by row, so the quotient is the row. (N, J) each
    y, x = np.divmod(flat.argmax(-1), width)
    scores = flat.max(-1).astype(np.float64)
    # The outermost pixels of the map lie on the border, so there is one interval fewer.
    pixel = crops[:, None, 2:] / [width - 1, height - 1]
    peaks = crops[:, None, :2] - crops[:, None, 2:] / 2 + np.stack([x, y], -1) * pixel
    artefact = (np.abs(refined - peaks) > _MAX_REFINEMENT * pixel).any(-1)
    points = np.where(artefact[..., None], peaks, refined)
    # Written so that NaN counts as not found.
    not_found = ~(scores > 0)
    points[not_found], scores[not_found] = np.nan, 0
    return points, scores


def _as_coco(boxes: Array) -> NDArray[np.float32]:
    """Boxes (N, 4) as x, y, width, height in indices of pixels."""
    corner = boxes[:, :2] - _HALF_PIXEL
    return np.concatenate([corner, boxes[:, 2:] - boxes[:, :2]], 1).astype(np.float32)


def _processor_class() -> Any:
    """The image processor for what is installed; the other one would work, but with a warning."""
    if is_torchvision_available():
        return transformers.VitPoseImageProcessor
    return transformers.VitPoseImageProcessorPil


def _load(name: str, settings: dict[str, bool]) -> Any:
    model, report = transformers.VitPoseForPoseEstimation.from_pretrained(
        name, use_safetensors=True, output_loading_info=True, **settings
    )
    missing = sorted(report["missing_keys"])
    if missing:  # transformers would go on with random numbers in their place
        raise ValueError(f"its weights lack {', '.join(missing[:3])} and so on")
    return model


@contextmanager
def _as_backend_error(name: str) -> Iterator[None]:
    """Turn any error of loading a model into a `BackendError` of one line."""
    try:
        yield
    except Exception as error:  # transformers and its hub client raise many kinds
        cause = (str(error).strip() or type(error).__name__).splitlines()[0]
        if Path(name).is_dir() or is_in_hub_cache(name):
            problem, next_step = f"{name} cannot be opened as a ViTPose", "Give detector.model"
        else:
            problem = f"no folder and no model of the hub is {name}"
            cause = cause.split(". ")[0]
            unset = f"unset {OFFLINE_VARIABLE}, " if keeps_offline() else ""
            next_step = f"Check the name and the connection, {unset}or give detector.model"
        raise BackendError(
            f"{problem}: {cause}",
            f"{next_step} a folder with config.json, preprocessor_config.json and "
            "model.safetensors, or a hub id such as usyd-community/vitpose-base-simple.",
        ) from error


@contextmanager
def _without_log() -> Iterator[None]:
    """Show no progress bars and no failed attempts to reach the hub while transformers loads."""
    shown, hub = logging.is_progress_bar_enabled(), getLogger("huggingface_hub")
    logging.disable_progress_bar()
    before = hub.level
    hub.setLevel(CRITICAL)
    try:
        yield
    finally:
        hub.setLevel(before)
        if shown:
            logging.enable_progress_bar()
