"""What can go wrong, each with a cause, a next step and one exit code.

A message says what happened and where; ``hint`` says what to do next.
"""

from __future__ import annotations

OK = 0
INTERRUPTED = 130
ENDS = (KeyboardInterrupt, GeneratorExit)
"""What ends a run or a generator on purpose; everything else that is raised is a failure."""


class FrameworkError(Exception):
    """Base of every error that a user is meant to read.

    Args:
        message: what happened and where, one sentence.
        hint: the next step for the user; may be empty.
    """

    exit_code = 5

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class ConfigurationError(FrameworkError):
    """An option, a name or a combination of stages that cannot work."""

    exit_code = 2


class InputError(FrameworkError):
    """A video or data file that is missing, unreadable or holds nothing usable."""

    exit_code = 3


class BackendError(FrameworkError):
    """A backend, a plugin or a weight file that is missing or broken."""

    exit_code = 4


class StageError(FrameworkError):
    """A stage that failed while it ran, or an output that could not be written."""

    exit_code = 5


def os_error_in_words(error: OSError) -> str:
    """Return what the system reports, and about which file."""
    what = error.strerror or str(error)
    return f"{what}: {error.filename!r}" if error.filename else what
