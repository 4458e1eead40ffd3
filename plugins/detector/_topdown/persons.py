"""The person detectors that top-down backends choose from, behind one interface.

To add one: a class with the constructor ``(path, runtime, threshold)`` and the members of
`PersonFinder` in a module of this folder, and a line in `_KINDS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from framework.errors import BackendError
from framework.geometry.boxes import Array
from framework.hookspecs import WeightsEntry
from framework.stages import Runtime
from framework.types import FrameBatch, Image
from framework.weights import locate

from .._blazepose.files import DETECTOR
from .._detectron2.files import ZOO
from . import files
from .config import PersonDetector


class PersonFinder(Protocol):
    """Whatever finds people in whole frames.

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
class _Kind:
    """One row of the table.

    Attributes:
        factory: ``"module:Class"`` in this folder.
        threshold: the default.
        install: what brings its library.
        weights: its default file, or None where only the user has one.
    """

    factory: str
    threshold: float
    install: str
    weights: WeightsEntry | None


_KINDS = {
    PersonDetector.yolox: _Kind("yolox:Yolox", 0.3, "pip install onnxruntime", files.YOLOX_NANO),
    PersonDetector.rtmdet: _Kind("rtmdet:RtmDet", 0.3, "pip install onnxruntime", files.RTMDET),
    PersonDetector.blazepose: _Kind(
        "blazepose:BlazePoseBoxes", 0.5, "pip install ai-edge-litert", DETECTOR
    ),
    PersonDetector.torchvision: _Kind(
        "faster_rcnn:FasterRcnn", 0.5, "pip install torchvision", files.FASTER_RCNN
    ),
    PersonDetector.detectron2: _Kind(
        "detectron2:Detectron2Boxes",
        0.5,
        "git clone https://github.com/facebookresearch/detectron2\n  "
        "pip install 'framework[detectron2]'\n  and PYTHONPATH=detectron2 before the command",
        ZOO["r50"],
    ),
    PersonDetector.file: _Kind("boxes_file:BoxesFile", 0.0, "", None),
}


def open_persons(
    chosen: PersonDetector,
    runtime: Runtime,
    *,
    path: Path | None = None,
    threshold: float | None = None,
    weights: WeightsEntry | None = None,
) -> PersonFinder:
    """Open a person detector.

    Args:
        chosen: which one.
        runtime: device and threads.
        path: its weights, or the file with boxes; None: ``weights``, or its published file, which
            is fetched where it is not here yet.
        threshold: score from which a box counts, 0..1; None: its own default.
        weights: what ``path=None`` means to this backend.

    Raises:
        BackendError: its library is not installed, or its file cannot be had or is another one.
    """
    kind = _KINDS[chosen]
    module, _, name = kind.factory.partition(":")
    try:
        finder = getattr(import_module(f".{module}", __package__), name)
    except ModuleNotFoundError as missing:
        raise BackendError(
            f"detector.person_detector={chosen.value} needs the module {missing.name}",
            kind.install,
        ) from missing
    entry = weights or kind.weights
    if path is None:
        if entry is None:
            raise BackendError(
                f"detector.person_detector={chosen.value} has no published file",
                "Give detector.person_path.",
            )
        path = locate(entry)
    opened: PersonFinder = finder(path, runtime, kind.threshold if threshold is None else threshold)
    return opened


def one_frame(image: Image) -> FrameBatch:
    """A batch of one image, the first of its clip."""
    return FrameBatch(
        images=image[None],
        index=np.zeros(1, np.int64),
        time_s=np.zeros(1),
        is_source=np.ones(1, bool),
    )


def each_frame(frames: FrameBatch) -> Iterator[FrameBatch]:
    """Batches of one frame."""
    for row in range(len(frames)):
        part = slice(row, row + 1)
        yield FrameBatch(
            images=frames.images[part],
            index=frames.index[part],
            time_s=frames.time_s[part],
            is_source=frames.is_source[part],
        )
