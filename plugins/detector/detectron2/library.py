"""Importing detectron2, installed or from a checkout that was never built."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from framework.errors import BackendError

_PARTS = ("config", "modeling", "checkpoint", "data.transforms")
"""What is used of it; none of them needs its compiled extension."""


def import_library(checkout: Path | None) -> ModuleType:
    """Return the package ``detectron2``, with the parts that are used imported.

    Args:
        checkout: folder that holds the package; None: wherever Python finds it.

    Raises:
        BackendError: it is not there, or something that it needs is not installed.
    """
    if checkout and not (checkout / "detectron2" / "__init__.py").is_file():
        raise BackendError(
            f"detector.path={checkout} is no checkout of detectron2",
            "Give the folder that git clone made; detectron2/__init__.py lies in it.",
        )
    try:
        # Old idioms in its sources are its makers' business.
        with _found_in(checkout), warnings.catch_warnings(action="ignore"):
            library = import_module("detectron2")
            for part in _PARTS:
                import_module(f"detectron2.{part}")
    except ImportError as missing:
        raise BackendError(
            f"detectron2 cannot be imported: {missing}",
            f"pip install {missing.name}" if missing.name else "",
        ) from missing
    here = Path(library.__path__[0]).resolve()
    if checkout and here != (checkout / "detectron2").resolve():
        raise BackendError(
            f"detectron2 was imported from {here.parent} before, not from {checkout}",
            "One process can use one of them: leave detector.path out or start anew.",
        )
    return library


def config_file(library: ModuleType, name: str) -> Path:
    """Return the YAML of a published model, from the checkout or from the installed package.

    Raises:
        BackendError: this detectron2 comes without its configurations.
    """
    package = Path(library.__path__[0])
    for folder in (package.parent / "configs", package / "model_zoo" / "configs"):
        if (folder / name).is_file():
            return folder / name
    raise BackendError(
        f"detectron2 in {package} comes without configs/{name}",
        "Use a whole checkout: detector.path=FOLDER.",
    )


@contextmanager
def _found_in(checkout: Path | None) -> Iterator[None]:
    """Let Python look into a folder first, for the time of an import."""
    if checkout is None:
        yield
        return
    entry = str(checkout.resolve())
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)
