"""Importing a library that is installed, or that lies in a checkout which nobody installed."""

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
    """Return a package with some of its modules imported.

    Args:
        name: of the package.
        parts: its modules that are used.
        checkout: folder that holds the package; None: wherever Python finds it.
        install: the command that installs what the package needs.

    Raises:
        BackendError: it is not there, or something that it needs is not installed.
    """
    if checkout and not (checkout / name / "__init__.py").is_file():
        raise BackendError(
            f"detector.checkout={checkout} is no checkout of {name}",
            f"Give the folder that git clone made; {name}/__init__.py lies in it.",
        )
    try:
        # Deprecation warnings about its sources are for its authors, not for our users.
        with _on_python_path(checkout), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            package = import_module(name)
            for part in parts:
                import_module(f"{name}.{part}")
    except ImportError as error:
        raise BackendError(f"{name} cannot be imported: {error}", install) from error
    # A process keeps the first copy that it imported, whatever a later run asks for.
    here = Path(package.__path__[0]).resolve()
    if checkout and here != (checkout / name).resolve():
        raise BackendError(
            f"{name} was imported from {here.parent} before, not from {checkout}",
            "A process can use one copy only: leave detector.checkout out, or start a new process.",
        )
    return package


def config_file(package: ModuleType, name: str, *folders: str) -> Path:
    """Return a configuration file that comes with a package.

    Args:
        package: returned by `import_package`.
        name: of the file.
        folders: where configurations lie, relative to the package; searched in turn.

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
def _on_python_path(checkout: Path | None) -> Iterator[None]:
    """Put a folder first on Python's path while a package is imported."""
    if checkout is None:
        yield
        return
    entry = str(checkout.resolve())
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)
