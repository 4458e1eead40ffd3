"""Output of the commands: on a terminal, into a pipe whose reader may end first, or to nowhere."""

from __future__ import annotations

import os
from contextlib import suppress
from io import StringIO
from typing import Any, TextIO

from rich.console import Console

_CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}


class Terminal(Console):
    """A console of rich that stops printing when its reader has ended, as under ``| head``."""

    def on_broken_pipe(self) -> None:
        """Print no more, but let the run go on: its results are still wanted."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


class Forgiving:
    """A text stream that drops what cannot be written: a full disk must not end a run.

    Args:
        stream: None where the program was started without one.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or StringIO()

    def write(self, text: str) -> int:
        """Write, or do nothing."""
        with suppress(OSError, ValueError):  # ValueError: it was closed
            self._stream.write(text)
            self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Flush, or do nothing."""
        with suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def printable(text: str) -> str:
    """The text with control characters as escapes: names of files must not command a terminal."""
    return text.translate(_CONTROLS)
