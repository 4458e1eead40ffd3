"""How every command ends: errors as a sentence with a next step, signals, one exit code."""

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

from framework.errors import INTERRUPTED, OK, FrameworkError, StageError, os_error_in_words

PATIENCE_S = 3
"""How long after a signal another one is ignored."""


def exit_code_of(
    work: Callable[[Sequence[str]], int],
    arguments: Sequence[str],
    interrupted: str = "interrupted: nothing half-written was left",
) -> int:
    """Do the work of a command; print whatever ends it.

    Args:
        work: takes the arguments and returns an exit code.
        arguments: of the command line.
        interrupted: what the user reads after Ctrl-C.

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
    except BrokenPipeError:  # whoever read what we print (head, less) has had enough
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
    """Write an error that no run has reported; return its exit code."""
    if "debug=true" in (argument.lower() for argument in arguments):
        traceback.print_exception(error)
    sys.stderr.write(f"error: {error}\n")
    return error.exit_code


def _prepare() -> None:
    """Let ``kill`` and a closed terminal clean up like Ctrl-C; let any name be printed."""
    interrupt = _Interrupt()
    for number in _signals():
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, interrupt)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _signals() -> list[signal.Signals]:
    """Ways to be told to end; Windows has no SIGHUP."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals[name] for name in names if hasattr(signal, name)]


class _Interrupt:
    """Signal handler: impatience right after the first signal must not disturb clearing up."""

    def __init__(self) -> None:
        self._raised_s = -math.inf

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if time.monotonic() - self._raised_s > PATIENCE_S:
            self._raised_s = time.monotonic()
            raise KeyboardInterrupt
