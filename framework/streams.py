"""Streams and texts of messages: what cannot be written or shown as it is must not do harm.

Without rich, which ``--help`` does not wait for.
"""

from __future__ import annotations

from contextlib import suppress
from io import StringIO
from typing import Any, TextIO

_CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}


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
