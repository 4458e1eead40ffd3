"""Times the steps of a run and gives every failure a name."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

from framework.errors import FrameworkError, StageError

Item = TypeVar("Item")


class Steps:
    """Wall time by step; what goes wrong inside a step is raised as one clear error."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do something under this name.

        Raises:
            StageError: for every exception that is not a `FrameworkError` already.
        """
        begun = perf_counter()
        try:
            yield
        except FrameworkError:
            raise
        except OSError as error:
            raise StageError(f"{name}: {in_words(error)}", _advice(error)) from error
        except Exception as error:
            raise StageError(
                f"{name} failed: {type(error).__name__}: {error}",
                "Run again with debug=true to see where.",
            ) from error
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun

    def each(self, name: str, items: Iterable[Item]) -> Iterator[Item]:
        """Iterate and count the waiting under this name."""
        iterator = iter(items)
        while True:
            with self.step(name):
                item = next(iterator, None)
            if item is None:
                return
            yield item


def in_words(error: OSError) -> str:
    """Say what the system said, and about which file."""
    what = error.strerror or str(error)
    return f"{what}: {error.filename!r}" if error.filename else what


def _advice(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space or give another folder with output=DIR; nothing was left behind."
    return ""
