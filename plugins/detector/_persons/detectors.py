"""The person detectors that top-down backends choose from, behind one interface.

To add one: a class with the constructor ``(path, runtime, threshold)`` and the members of
`PersonDetector` in a module of this package, its name in `PersonDetectorName`, and a row in
`_DETECTORS`. The modules are imported when chosen, since each needs another library.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.hookspecs import WeightsEntry
from framework.stages import Runtime
from framework.types import FrameBatch
from framework.weights import locate

from .._blazepose.files import DETECTOR
from .._detectron2.files import ZOO
from .._movenet.files import GRAPHS, WEIGHTS
from . import files
from .names import PersonDetectorName


class PersonDetector(Protocol):
    """Finds people in whole frames.

    Attributes:
        device: where it runs, "cpu" or "cuda".
    """

    device: str

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """Return the people of each frame, best first.

        Returns:
            One (N, 5) float64 a frame: x1 y1 x2 y2 in pixels, which may reach beyond the frame,
            and a score 0..1. Nobody is (0, 5), never the whole frame as a person.

        Raises:
            StageError: inference failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Implementation:
    """One row of the table.

    Attributes:
        factory: ``"module:Class"`` in this package.
        threshold: default of the lowest score of a person.
        install: the command that installs its library.
        weights: its published file, or None where only the user has one.
        companions: further files that belong to the published one. The constructor gets their
            paths after the threshold; not with a file of the user's, whose companions lie beside
            it.
    """

    factory: str
    threshold: float
    install: str
    weights: WeightsEntry | None
    companions: tuple[WeightsEntry, ...] = ()


_DETECTORS = {
    PersonDetectorName.yolox: _Implementation(
        "yolox:Yolox", 0.3, "pip install onnxruntime", files.YOLOX_NANO
    ),
    PersonDetectorName.rtmdet: _Implementation(
        "rtmdet:RtmDet", 0.3, "pip install onnxruntime", files.RTMDET
    ),
    PersonDetectorName.blazepose: _Implementation(
        "blazepose:BlazePoseBoxes", 0.5, "pip install ai-edge-litert", DETECTOR
    ),
    PersonDetectorName.movenet: _Implementation(
        "movenet:MoveNetBoxes",
        0.5,
        "pip install onnxruntime onnx",
        GRAPHS["multipose"],
        (WEIGHTS["multipose"],),
    ),
    PersonDetectorName.torchvision: _Implementation(
        "faster_rcnn:FasterRcnn", 0.5, "pip install torchvision", files.FASTER_RCNN
    ),
    PersonDetectorName.detectron2: _Implementation(
        "detectron2:Detectron2Boxes",
        0.5,
        "git clone https://github.com/facebookresearch/detectron2\n  "
        "pip install 'framework[detectron2]'\n  and PYTHONPATH=detectron2 before the command",
        ZOO["r50"],
    ),
    PersonDetectorName.file: _Implementation("boxes_file:BoxesFile", 0.0, "", None),
}


def open_person_detector(
    chosen: PersonDetectorName,
    runtime: Runtime,
    *,
    path: Path | None = None,
    threshold: float | None = None,
    weights: WeightsEntry | None = None,
) -> PersonDetector:
    """Open a person detector.

    Args:
        chosen: which one.
        runtime: device and threads.
        path: its weights, or the file with boxes; None: ``weights``, or its published file, which
            is fetched where it is not here yet.
        threshold: lowest score of a person, 0..1; None: the detector's default.
        weights: what ``path=None`` means to this backend.

    Raises:
        BackendError: its library is not installed, or its file is missing or of another network.
    """
    row = _DETECTORS[chosen]
    module, _, name = row.factory.partition(":")
    try:
        detector = getattr(import_module(f".{module}", __package__), name)
    except ModuleNotFoundError as missing:
        raise BackendError(
            f"detector.person_detector={chosen.value} needs the module {missing.name}",
            row.install,
        ) from missing
    entry = weights or row.weights
    companions: list[Path] = []
    if path is None:
        if entry is None:
            raise BackendError(
                f"detector.person_detector={chosen.value} has no published file",
                "Give detector.person_path.",
            )
        path = locate(entry)
        companions = [locate(companion) for companion in row.companions]
    threshold = row.threshold if threshold is None else threshold
    opened: PersonDetector = detector(path, runtime, threshold, *companions)
    return opened
