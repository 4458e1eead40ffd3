"""The published weights."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._topdown.files import url

# Its digest begins with what its name ends with, says PyTorch; the first download is pinned.
KEYPOINT_RCNN = WeightsEntry(
    name="torchvision_keypoint_rcnn",
    filename="keypointrcnn_resnet50_fpn_coco-fc266e95.pth",
    size=0,
    sha256="",
    licence="BSD-3-Clause",
    sources=(
        url("https://download.pytorch.org/models/keypointrcnn_resnet50_fpn_coco-fc266e95.pth"),
    ),
)
