"""A console that may lose its reader."""

from __future__ import annotations

import os

from rich.console import Console


class Screen(Console):
    """Falls silent when nobody reads it any more, as under ``| head``."""

    def on_broken_pipe(self) -> None:
        """Let the run go on: its results matter more than its words."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
