"""``python -m framework.fetch``: fetch and verify weight files before a run needs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from framework.command_config import Command
from framework.commands import exit_code_of
from framework.errors import OK, BackendError, ConfigurationError, FrameworkError
from framework.hookspecs import WeightsEntry
from framework.options import Options, option
from framework.registry import did_you_mean, registry
from framework.stages import STAGES
from framework.terminal import Terminal
from framework.weights import cache_folder, fetch, is_here


@dataclass(frozen=True, kw_only=True)
class FetchOptions(Options):
    """Options of ``python -m framework.fetch``; names of weight files stand beside them."""

    all: bool = option(False, "fetch every registered file")
    list: bool = option(False, "show the registered files and whether they are here")
    accept_licence: bool = option(False, "accept non-commercial licences without being asked")
    into: Path | None = option(None, "fetch into this folder, such as checkpoint; null: the cache")


def _command() -> Command:
    return Command(
        name="framework.fetch",
        introduction=f"""\
Fetch weight files, and verify them: by name, those of a stage, or those of a preset. A file that is
here and whole is not fetched again.

  python -m framework.fetch videopose3d
  python -m framework.fetch lifter=videopose3d accept_licence=true
  python -m framework.fetch experiment=classic into=checkpoint

Files go to {cache_folder()}; the environment variable FRAMEWORK_CACHE=DIR changes
that. Proxies are those of the environment (https_proxy, no_proxy).
""",
        options=FetchOptions,
        takes_flags=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch what the command line names; return the exit code."""
    return exit_code_of(
        _fetch,
        sys.argv[1:] if arguments is None else arguments,
        "interrupted: the same command goes on where it ended",
    )


def _fetch(arguments: Sequence[str]) -> int:
    command = _command()
    if command.answers_help(arguments):
        return OK
    names, given = _split(arguments)
    own, chosen = command.split(given, (*STAGES, "experiment"))
    options: FetchOptions = command.read(own)
    names += chosen
    if options.list or not (names or options.all):
        console = Terminal(highlight=False)
        for line in lines():
            console.print(line, markup=False, soft_wrap=True)
        return OK
    entries = wanted(names, options.all)
    if not entries:
        sys.stdout.write(f"nothing to fetch: {', '.join(names)} has no weight files\n")
    return _fetch_all(entries, options)


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of weight files, and everything that is an option.

    What follows a flag such as ``--into`` is its value and no name.
    """
    names: list[str] = []
    given: list[str] = []
    valued = [f"--{declared.name}" for declared in fields(FetchOptions) if not _is_switch(declared)]
    for argument in arguments:
        follows = bool(given) and given[-1] in valued
        (given if follows or "=" in argument or argument.startswith("-") else names).append(
            argument
        )
    return names, given


def _is_switch(declared: Field[Any]) -> bool:
    return isinstance(declared.default, bool)


def wanted(names: Sequence[str], everything: bool = False) -> list[WeightsEntry]:
    """Return the weight files that names mean.

    Raises:
        ConfigurationError: a name is not known.
    """
    known = registry().weights
    if everything:
        return list(known.values())
    found = [entry for name in names for entry in _meant(name, known)]
    return list({entry.name: entry for entry in found}.values())


def _meant(name: str, known: Mapping[str, WeightsEntry]) -> list[WeightsEntry]:
    stage, equals, choice = name.partition("=")
    if equals and stage in STAGES:
        return registry().find(stage, choice).weights()
    if equals and stage == "experiment":
        from framework.config import chosen, compose_config  # Hydra is slow to import

        config = compose_config([name])
        parts = [part for stage in STAGES for part in chosen(stage, config)]
        return [entry for item, settings in parts for entry in item.weights(settings)]
    if name in known:
        return [known[name]]
    raise ConfigurationError(
        f"weights {name!r} are not known{did_you_mean(name, known)}", f"Known: {', '.join(known)}."
    )


def _fetch_all(entries: Sequence[WeightsEntry], options: FetchOptions) -> int:
    """Fetch files one by one; one that cannot be fetched does not stop the others."""
    accepted: set[str] = set()
    code = OK
    for entry in entries:
        try:
            asks = entry.non_commercial and entry.sources and not is_here(entry)
            if asks and not options.accept_licence and entry.licence not in accepted:
                _ask(entry)
                accepted.add(entry.licence)
            path = fetch(entry, options.into)
            sys.stdout.write(f"{entry.name}: {path} ({entry.licence})\n")
        except FrameworkError as error:
            sys.stderr.write(f"error: {error}\n")
            code = max(code, error.exit_code)
    return code


def _ask(entry: WeightsEntry) -> None:
    """Ask a person at a terminal; a script needs accept_licence=true."""
    question = f"{entry.filename} is under {entry.licence}: not for commercial use."
    if sys.stdin.isatty():
        sys.stderr.write(f"{question} Accept? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise BackendError(f"{question} It was not fetched.", "To accept it: accept_licence=true")


def lines() -> Iterator[str]:
    """Yield two lines per registered file, to be printed unbroken: they hold names to copy."""
    for entry in registry().weights.values():
        size = f"{entry.size:,} bytes" if entry.size else "size not published"
        here = "here" if is_here(entry) else "not here"
        yield f"{entry.name}: {here}, {size}, {entry.licence}"
        yield f"    {entry.filename}" + ("" if entry.sources else f"  by hand from {entry.page}")


if __name__ == "__main__":
    sys.exit(main())
