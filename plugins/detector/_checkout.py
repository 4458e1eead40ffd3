"""Importing a library that is installed, or lies in a checkout that nobody installed."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from framework.errors import BackendError


def import_package(
    name: str, parts: Sequence[str], checkout: Path | None, install: str
) -> ModuleType:
    """Return a package with some of its parts imported.

    Args:
        name: of the package.
        parts: its modules that are used.
        checkout: folder that holds the package; None: wherever Python finds it.
        install: the command that brings what the package needs.

    Raises:
        BackendError: it is not there, or something that it needs is not installed.
    """
    if checkout and not (checkout / name / "__init__.py").is_file():
        raise BackendError(
            f"detector.checkout={checkout} is no checkout of {name}",
            f"Give the folder that git clone made; {name}/__init__.py lies in it.",
        )
    try:
        # Old idioms in its sources are its makers' business.
        with _found_in(checkout), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            package = import_module(name)
            for part in parts:
                import_module(f"{name}.{part}")
    except ImportError as error:
        raise BackendError(f"{name} cannot be imported: {error}", install) from error
    here = Path(package.__path__[0]).resolve()
    if checkout and here != (checkout / name).resolve():
        raise BackendError(
            f"{name} was imported from {here.parent} before, not from {checkout}",
            "A process can use one of them: leave detector.checkout out or start anew.",
        )
    return package


def config_file(package: ModuleType, name: str, *folders: str) -> Path:
    """Return a configuration that comes with a package.

    Args:
        package: of `import_package`.
        name: of the file.
        folders: where configurations lie, relative to the package; looked into in turn.

    Raises:
        BackendError: the package comes without it.
    """
    root = Path(package.__path__[0])
    found = next(
        (root / folder / name for folder in folders if (root / folder / name).is_file()), None
    )
    if found is None:
        raise BackendError(
            f"{package.__name__} in {root} comes without configs/{name}",
            "Use a whole checkout: detector.checkout=FOLDER.",
        )
    return found


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
