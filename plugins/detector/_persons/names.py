"""Names of the person detectors, as users choose them."""

from __future__ import annotations

from enum import Enum


class PersonDetectorName(Enum):
    """Values of ``detector.person_detector`` in top-down backends."""

    yolox = "yolox"
    rtmdet = "rtmdet"
    blazepose = "blazepose"
    movenet = "movenet"
    torchvision = "torchvision"
    detectron2 = "detectron2"
    file = "file"
