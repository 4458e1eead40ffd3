"""Keeps MediaPipe's log off the error output; no setting of it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

_STDERR = 2


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back what is written to file descriptor 2; show it after all when the block fails."""
    with TemporaryFile() as written:
        screen = os.dup(_STDERR)
        os.dup2(written.fileno(), _STDERR)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(screen, _STDERR)
            os.close(screen)
            if failed:
                written.seek(0)
                os.write(_STDERR, written.read())
