"""The end of every command: errors with a hint, signals, and one exit code."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import TextIO, cast

from framework.errors import INTERRUPTED, OK, FrameworkError, StageError, os_error_in_words
from framework.streams import Forgiving, printable

IGNORE_SIGNALS_S = 3
"""Seconds after a signal in which another one is ignored."""


def exit_code_of(
    work: Callable[[Sequence[str]], int],
    arguments: Sequence[str],
    interrupted: str = "interrupted: nothing half-written was left",
) -> int:
    """Run a command; print the error that ends it.

    Args:
        work: takes the arguments and returns an exit code.
        arguments: of the command line.
        interrupted: message after Ctrl-C.

    Returns:
        A code of `framework.errors`.
    """
    _prepare()
    try:
        return work(arguments)
    except KeyboardInterrupt:
        for number in _signals():  # one that comes while Python ends would change the exit code
            signal.signal(number, signal.SIG_IGN)
        with suppress(OSError):  # the terminal may be gone
            sys.stderr.write(f"{interrupted}\n")
        return INTERRUPTED
    except FrameworkError as error:
        return _show(error, arguments)
    except BrokenPipeError:  # the program that reads our output (head, less) has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        return _show(_explained(error, arguments), arguments)


def _explained(error: Exception, arguments: Sequence[str]) -> FrameworkError:
    """An error of Hydra as one of ours; any other is a mistake in the code."""
    if type(error).__module__.partition(".")[0] in ("hydra", "omegaconf"):
        from framework.config import explain  # Hydra is slow to import

        return explain(error, arguments)
    if isinstance(error, OSError):  # after Hydra's own, some of which are of this kind
        hint = "The log goes to hydra.run.dir=DIR, results to output=DIR; both must be writable."
        return StageError(os_error_in_words(error), hint)
    mistake = StageError(
        f"unexpected {type(error).__name__}: {error}",
        "This is a mistake in the framework or a plugin; debug=true shows where.",
    )
    mistake.__cause__ = error
    return mistake


def _show(error: FrameworkError, arguments: Sequence[str]) -> int:
    """Print an error that no run has reported; return its exit code."""
    if "debug=true" in (argument.lower() for argument in arguments):
        traceback.print_exception(error)
    sys.stderr.write(f"error: {printable(str(error))}\n")
    return error.exit_code


def _prepare() -> None:
    """Make ``kill`` and a closed terminal clean up like Ctrl-C; allow any name to be printed."""
    interrupt = _Interrupt()
    for number in _signals():
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, interrupt)
    for standard in (0, 1, 2):
        try:
            os.fstat(standard)
        except OSError:  # closed: the next file that is opened would get its number, and its output
            os.open(os.devnull, os.O_RDWR)
    sys.stderr = cast(TextIO, Forgiving(sys.stderr))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _signals() -> list[signal.Signals]:
    """The signals that ask a process to end; Windows has no SIGHUP."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals[name] for name in names if hasattr(signal, name)]


class _Interrupt:
    """Signal handler: further signals right after the first must not disturb the cleaning up."""

    def __init__(self) -> None:
        self._raised_s = -math.inf

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if time.monotonic() - self._raised_s > IGNORE_SIGNALS_S:
            self._raised_s = time.monotonic()
            raise KeyboardInterrupt
