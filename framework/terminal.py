"""Output of the commands on a terminal, or into a pipe whose reader may end first."""

from __future__ import annotations

import os

from rich.console import Console


class Terminal(Console):
    """A console of rich that stops printing when its reader has ended, as under ``| head``."""

    def on_broken_pipe(self) -> None:
        """Print no more, but let the run go on: its results are still wanted."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
