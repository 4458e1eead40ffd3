"""Measures how long each step of a run takes, and names the step in which an error occurs."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

from framework.errors import ENDS, FrameworkError, StageError, os_error_in_words

Item = TypeVar("Item")


class StepTimer:
    """Wall time by step; an exception inside a step is raised as one error that names the step.

    Attributes:
        seconds: wall time so far by the name of the step.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, who: str = "") -> Iterator[None]:
        """Count the time of the block under a name.

        Args:
            name: of the step.
            who: what works in it where several do, for the message of an error.

        Raises:
            StageError: for every exception that is not a `FrameworkError` already.
        """
        begun = perf_counter()
        where = f"{name} {who!r}" if who else name
        try:
            yield
        except (FrameworkError, *ENDS):
            raise
        except OSError as error:
            raise StageError(f"{where}: {os_error_in_words(error)}", _advice(error)) from error
        except BaseException as error:  # a plugin may raise anything, SystemExit too
            raise StageError(
                f"{where} failed: {type(error).__name__}: {error}",
                "Run again with debug=true to see where.",
            ) from error
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun

    def each(self, name: str, items: Iterable[Item]) -> Iterator[Item]:
        """Iterate, and count the time until each item comes under a name."""
        iterator = iter(items)
        while True:
            with self.step(name):
                item = next(iterator, None)
            if item is None:
                return
            yield item


def _advice(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space, or give another folder with output=DIR; nothing is half-written."
    return ""
