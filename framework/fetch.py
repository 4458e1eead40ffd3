"""``python -m framework.fetch``: bring weight files here, verified, before a run needs them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from framework.errors import INTERRUPTED, OK, BackendError, ConfigurationError, FrameworkError
from framework.hookspecs import WeightFile, WeightsEntry
from framework.registry import did_you_mean, registry
from framework.stages import STAGES
from framework.weights import fetch, is_here


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch what the command line names; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.list or not (options.names or options.all):
            Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table())
            return OK
        for entry in wanted(options.names, options.all):
            _bring(entry, options.accept_licence)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing half-written was left\n")
        return INTERRUPTED
    except FrameworkError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m framework.fetch",
        description="Fetch weight files: by name, or those of a stage, as in lifter=videopose3d.",
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="a weight file, or STAGE=NAME")
    add("--all", action="store_true", help="every registered file")
    add("--list", action="store_true", help="show the registered files and whether they are here")
    add("--accept-licence", action="store_true", help="accept non-commercial licences unasked")
    return parser


def wanted(names: Sequence[str], everything: bool = False) -> list[WeightsEntry]:
    """Return the weight files that names mean.

    Raises:
        ConfigurationError: a name is not known.
    """
    known = registry().weights
    if everything:
        return list(known.values())
    chosen: list[WeightsEntry] = []
    for name in names:
        stage, equals, choice = name.partition("=")
        if equals and stage in STAGES:
            needs = registry().find(stage, choice).entry.requires
            chosen += [known[need.name] for need in needs if isinstance(need, WeightFile)]
        elif name in known:
            chosen.append(known[name])
        else:
            raise ConfigurationError(
                f"weights {name!r} are not known{did_you_mean(name, known)}",
                f"Known: {', '.join(known)}.",
            )
    return chosen


def _bring(entry: WeightsEntry, accepted: bool) -> None:
    if entry.non_commercial and not accepted and not is_here(entry):
        _ask(entry)
    path = fetch(entry)
    sys.stdout.write(f"{entry.name}: {path} ({entry.licence})\n")


def _ask(entry: WeightsEntry) -> None:
    """Ask a person at a terminal; anybody else needs --accept-licence."""
    question = f"{entry.filename} is under {entry.licence}: not for commercial use."
    if sys.stdin.isatty():
        sys.stderr.write(f"{question} Accept? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise BackendError(question, "If that suits you, add --accept-licence.")


def table() -> Table:
    """Return the registered files as a table."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "file", "bytes", "licence", "here"):
        result.add_column(column, overflow="fold")
    for entry in registry().weights.values():
        size = f"{entry.size:,}" if entry.size else "not published"
        cells = (entry.name, entry.filename, size, entry.licence)
        result.add_row(*(escape(cell) for cell in cells), "yes" if is_here(entry) else "no")
    return result


if __name__ == "__main__":
    sys.exit(main())
