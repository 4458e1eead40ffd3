"""Keeping the log lines of native libraries off the error output.

LiteRT and MediaPipe write them from C++ straight to file descriptor 2, past ``sys.stderr``, and
offer no setting against it. So the descriptor itself points to a temporary file meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile

_STDERR = 2


@contextmanager
def stderr_without(unwanted: bytes | None = None) -> Iterator[None]:
    """Hold back what is written to file descriptor 2 while the block runs.

    Args:
        unwanted: lines that contain this are dropped, the others are passed on afterwards. None
            drops every line of a block that succeeds, and none of a block that fails: the log may
            then name the cause.
    """
    with TemporaryFile() as written:
        terminal = os.dup(_STDERR)
        os.dup2(written.fileno(), _STDERR)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            written.seek(0)
            kept = (
                line for line in written if (failed if unwanted is None else unwanted not in line)
            )
            with suppress(OSError):  # it may be full or closed, which must not end a run
                os.write(_STDERR, b"".join(kept))
