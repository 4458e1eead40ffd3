"""The network: built by detectron2 from its own configuration, with weights read safely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from framework.errors import BackendError

from .._inference.checkout import config_file
from .inference import quiet

_CONFIGS = "../configs", "model_zoo/configs"
"""Where configurations lie in a checkout, and in an installed package."""

_ZOO = "COCO-Keypoints/keypoint_rcnn_{}_FPN_3x.yaml"
_AS_IN_DETECTRON = {
    # Means of its training images, BGR, and region pooling as Caffe2's operators compute it:
    # detectron2's newer ROIAlignV2 is aligned half a pixel differently.
    "MODEL.PIXEL_MEAN": [102.9801, 115.9465, 122.7717],
    "MODEL.ROI_BOX_HEAD.POOLER_TYPE": "ROIAlign",
    "MODEL.ROI_BOX_HEAD.POOLER_SAMPLING_RATIO": 2,
    "MODEL.ROI_KEYPOINT_HEAD.POOLER_TYPE": "ROIAlign",
    "MODEL.ROI_KEYPOINT_HEAD.POOLER_SAMPLING_RATIO": 2,
}
_NOT_IN_FILES = ("pixel_mean", "pixel_std", "cell_anchors")
"""Buffers that follow from the configuration; older files lack them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedModel:
    """How the network of a published model is built.

    Attributes:
        config: its YAML within detectron2's ``configs``.
        settings: what differs from the YAML.
        caffe2: whether its file holds Caffe2's names ("blobs").
    """

    config: str
    settings: Mapping[str, Any]
    caffe2: bool = False


ZOO = {
    model: PublishedModel(config=_ZOO.format(backbone), settings={})
    for model, backbone in {"r50": "R_50", "r101": "R_101", "x101": "X_101_32x8d"}.items()
}
DETECTRON = PublishedModel(config=_ZOO.format("R_101"), settings=_AS_IN_DETECTRON, caffe2=True)


def build(library: ModuleType, model: PublishedModel, device: str, threshold: float) -> nn.Module:
    """Return a network for inference with random weights.

    Args:
        library: the package ``detectron2``.
        model: which network.
        device: "cpu" or "cuda".
        threshold: lowest score of a box that it returns, 0..1.

    Raises:
        BackendError: the package comes without the configuration.
    """
    settings = {
        "MODEL.WEIGHTS": "",
        "MODEL.DEVICE": device,
        "MODEL.ROI_HEADS.SCORE_THRESH_TEST": threshold,
        **model.settings,
    }
    config = library.config.get_cfg()
    config.merge_from_file(str(config_file(library, model.config, *_CONFIGS)))
    config.merge_from_list([part for pair in settings.items() for part in pair])
    network: nn.Module = library.modeling.build_model(config)
    return network.eval()


def fill(
    library: ModuleType, network: nn.Module, tensors: dict[str, Tensor], caffe2: bool, path: Path
) -> None:
    """Load weights into a network by detectron2's own matching of names.

    Args:
        library: the package ``detectron2``.
        network: returned by `build`.
        tensors: by name, as they were in the file.
        caffe2: whether the names are Caffe2's.
        path: for messages.

    Raises:
        BackendError: the weights are of another network.
    """
    match = library.checkpoint.c2_model_loading.align_and_update_state_dicts
    # Momenta of the training are no parameters, but their names would match some.
    tensors = {name: part for name, part in tensors.items() if not name.endswith("_momentum")}
    wanted = network.state_dict()
    with quiet("detectron2"):  # its table of names without a match becomes one sentence below
        matched = match(wanted, tensors, c2_conversion=caffe2)
    missing = [
        name
        for name, tensor in wanted.items()
        if not name.endswith(_NOT_IN_FILES)
        and not (caffe2 and name.endswith((".running_mean", ".running_var")))  # folded into scales
        and (name not in matched or matched[name].shape != tensor.shape)
    ]
    if missing:
        raise BackendError(
            f"{path} holds another network: {len(missing)} of {len(wanted)} tensors are missing "
            f"or of another shape, {missing[0]} first",
            "Choose the detector.model that the file belongs to, or leave detector.weights out.",
        )
    network.load_state_dict(
        {name: matched[name] for name in wanted if name in matched}, strict=False
    )


def use_half_precision(network: nn.Module, device: str) -> None:
    """Let a network's backbone compute in half precision (float16)."""
    backbone = network.get_submodule("backbone")
    network.register_module("backbone", _HalfBackbone(backbone, device))


class _HalfBackbone(nn.Module):
    """A backbone that computes in half precision and returns single precision.

    Heads stay in single precision: detectron2 keeps coordinates in the type of the heatmaps, and
    float16 has no fractions beyond 1024 pixels.
    """

    def __init__(self, backbone: nn.Module, device: str) -> None:
        super().__init__()
        self.backbone, self._device = backbone, device
        self.size_divisibility = backbone.size_divisibility
        self.padding_constraints = backbone.padding_constraints

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the feature maps (float32) of the images by level."""
        with torch.autocast(self._device, torch.float16):
            features = self.backbone(images)
        return {level: feature.float() for level, feature in features.items()}
