"""The command line: prints the help or runs jobs, and ends with one exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields

from framework.commands import exit_code_of
from framework.errors import OK, ConfigurationError
from framework.settings import RunConfig


def main() -> None:
    """Run the command line and exit with its code (see `framework.errors`)."""
    sys.exit(exit_code_of(_run, sys.argv[1:]))


def _run(arguments: Sequence[str]) -> int:
    _check_dashes(arguments)
    if "--help" in arguments or "-h" in arguments:
        _print_help(arguments)
        return OK
    from framework.application import run  # Hydra is slow to import

    return run(arguments)


def _print_help(arguments: Sequence[str]) -> None:
    from framework.help import help_text

    overrides = [argument for argument in arguments if not argument.startswith("-")]
    sys.stdout.write(help_text(overrides))
    sys.stdout.flush()


def _check_dashes(arguments: Sequence[str]) -> None:
    """Answer ``--input clip.mp4``, which argparse would answer with flags of Hydra."""
    options = {option.name for option in fields(RunConfig)}
    for argument, after in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.lstrip("-").partition("=")
        if not equals and not after.startswith("-") and "=" not in after:
            value = after
        if argument.startswith("-") and name in options:
            raise ConfigurationError(
                f"{argument!r} is no option: options have no dashes",
                f"Write {name}={value or 'VALUE'}",
            )
