"""The parts of detectron2 that are used here; none of them needs its compiled extension."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from .._inference.checkout import import_package

_PARTS = ("config", "modeling", "checkpoint", "data.transforms")


def import_library(checkout: Path | None) -> ModuleType:
    """Return the package ``detectron2`` with the parts imported that are used.

    Args:
        checkout: folder that holds it; None: wherever Python finds it.

    Raises:
        BackendError: it is not there, or something that it needs is not installed.
    """
    return import_package("detectron2", _PARTS, checkout, "pip install 'framework[detectron2]'")
