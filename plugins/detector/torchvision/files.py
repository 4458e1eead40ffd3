"""The published weights."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._inference.sources import url

# PyTorch publishes the first digits of the digest, in the file name.
KEYPOINT_RCNN = WeightsEntry(
    name="torchvision_keypoint_rcnn",
    filename="keypointrcnn_resnet50_fpn_coco-fc266e95.pth",
    size=0,
    sha256="fc266e95",
    licence="BSD-3-Clause",
    sources=(
        url("https://download.pytorch.org/models/keypointrcnn_resnet50_fpn_coco-fc266e95.pth"),
    ),
)
