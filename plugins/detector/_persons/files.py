"""The files of the person detectors, and the public places that serve them."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._blazepose.files import DETECTOR, LANDMARKS
from .._inference.sources import url
from .._movenet.files import GRAPHS, WEIGHTS

# Megvii publishes no digest; this is that of a copy whose boxes on real frames were checked by eye.
YOLOX_NANO = WeightsEntry(
    name="yolox_nano",
    filename="yolox_nano.onnx",
    size=3_678_356,
    sha256="e8af074932d4ed7e232278e3055cefcdea3edf178874a3694ae292649fb464dd",
    licence="Apache-2.0",
    sources=(
        url(
            "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/"
            "yolox_nano.onnx"
        ),
        url(
            "https://raw.githubusercontent.com/Bigisland1729/object-detection-models/"
            "6e770c5ef34fa42aaa2521eb7d0d9ec2bb5f40a3/yolox_nano.onnx"
        ),
    ),
)
RTMDET = WeightsEntry(
    name="rtmdet_nano_person",
    filename="rtmdet_nano_person.onnx",
    size=4_038_157,
    sha256="4720eda18a18402e7b76d85827d4bc60fba18111fc0b74b559e4d24da9ddc3d2",
    licence="Apache-2.0",
    sources=(
        url(
            "https://raw.githubusercontent.com/zli20/RtmDet-RtmPose-OnnxRuntime/"
            "f7cb01b156d0ddce64ea09dfd24e450103782db9/models/rtmdet_nano.onnx"
        ),
    ),
)
# PyTorch publishes the first digits of the digest, in the file name.
FASTER_RCNN = WeightsEntry(
    name="torchvision_person",
    filename="fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
    size=0,
    sha256="907ea3f9",
    licence="BSD-3-Clause",
    sources=(
        url(
            "https://download.pytorch.org/models/fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth"
        ),
    ),
)
PERSON_FILES = (
    YOLOX_NANO,
    RTMDET,
    DETECTOR,
    LANDMARKS["full"],
    GRAPHS["multipose"],
    WEIGHTS["multipose"],
    FASTER_RCNN,
)
"""Every backend that uses person detectors registers them all; equal entries count once."""
