"""Frames as detectron2 takes them, and its inference with the run's threads and clear errors."""

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
"""The shorter side of images in training and in the zoo's evaluation."""

_LONG_SIDE = 1333 / SHORT_SIDE_PX
"""Greatest longer side over shorter side, as in training."""


def prepared(library: ModuleType, image: Bytes, short_side_px: int, device: str) -> dict[str, Any]:
    """A frame as the network takes it: BGR, scaled, channels first.

    The scaling is detectron2's own, so that results are those of its demo.

    Args:
        library: the package ``detectron2``.
        image: (H, W, 3) RGB.
        short_side_px: shorter side to scale to.
        device: "cpu" or "cuda".

    Returns:
        One entry of the list that the network takes; ``height`` and ``width`` are those of the
        frame, so that boxes and keypoints come back in its pixels.
    """
    height, width = image.shape[:2]
    transforms = library.data.transforms
    size = transforms.ResizeShortestEdge.get_output_shape(
        height, width, short_side_px, round(short_side_px * _LONG_SIDE)
    )
    # BGR, as the published models were trained.
    scaled = transforms.ResizeTransform(height, width, *size).apply_image(image[:, :, ::-1])
    tensor = torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))
    return {"image": tensor.to(device).float(), "height": height, "width": width}


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Silence a library's logger, and those below it, while the block runs."""
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def inference(threads: int) -> Iterator[None]:
    """Let PyTorch compute with this many threads; turn its errors into `StageError`.

    Raises:
        StageError: memory ran out, or detectron2 failed.
    """
    try:
        with (
            torch_threads(threads),
            torch.inference_mode(),
            warnings.catch_warnings(),
            quiet("torch.fx"),
        ):
            warnings.simplefilter("ignore")  # deprecations in its sources are for its authors
            yield
    except (torch.cuda.OutOfMemoryError, MemoryError) as error:
        raise StageError(
            "detectron2 ran out of memory",
            "Set a smaller detector.batch_size or detector.short_side_px.",
        ) from error
    except AssertionError as error:  # it has no message where heatmaps are not finite
        raise StageError(
            f"detectron2 failed one of its own checks: {str(error) or 'it does not say which'}",
            "Its weights may be damaged: fetch them again.",
        ) from error
    except RuntimeError as error:
        raise StageError(f"detectron2 failed: {error}") from error
