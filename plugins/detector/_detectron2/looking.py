"""Frames as detectron2 takes them, and its computing with our threads and errors."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import torch

from framework.devices import torch_threads
from framework.errors import StageError
from framework.types import Bytes

SHORT_SIDE_PX = 800
_LONG_SIDE = 1333 / SHORT_SIDE_PX
"""Longest longer side over shorter side, as in training."""


def prepared(library: ModuleType, image: Bytes, short_side_px: int, device: str) -> dict[str, Any]:
    """A frame as the network takes it: BGR, scaled, channels first.

    Args:
        library: the package ``detectron2``.
        image: (H, W, 3) RGB.
        short_side_px: shorter side to scale to.
        device: "cpu" or "cuda".
    """
    height, width = image.shape[:2]
    transforms = library.data.transforms
    size = transforms.ResizeShortestEdge.get_output_shape(
        height, width, short_side_px, round(short_side_px * _LONG_SIDE)
    )
    scaled = transforms.ResizeTransform(height, width, *size).apply_image(image[:, :, ::-1])
    tensor = torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))
    return {"image": tensor.to(device).float(), "height": height, "width": width}


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Silence a library's log, and those below it, within."""
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def inference(threads: int) -> Iterator[None]:
    """Torch for inference with so many threads; its errors as ours."""
    try:
        with (
            torch_threads(threads),
            torch.inference_mode(),
            warnings.catch_warnings(),
            quiet("torch.fx"),
        ):
            warnings.simplefilter("ignore")  # old idioms in its sources are its makers' business
            yield
    except (torch.cuda.OutOfMemoryError, MemoryError) as error:
        raise StageError(
            "detectron2 ran out of memory",
            "Set a smaller detector.batch_size or detector.short_side_px.",
        ) from error
    except AssertionError as error:  # without words for heatmaps that are not finite
        raise StageError(
            f"detectron2 failed one of its own checks: {error or 'it does not say which'}",
            "Its weights may be damaged: fetch them again.",
        ) from error
    except RuntimeError as error:
        raise StageError(f"detectron2 failed: {error}") from error
