"""``python -m framework.fetch``: bring weight files here, verified, before a run needs them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from framework.errors import INTERRUPTED, OK, BackendError, ConfigurationError, FrameworkError
from framework.hookspecs import WeightsEntry
from framework.registry import did_you_mean, registry
from framework.stages import STAGES
from framework.terminal import Terminal
from framework.weights import cache_folder, fetch, is_here


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch what the command line names; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.list or not (options.names or options.all):
            console = Terminal(highlight=False)
            for line in lines():
                console.print(line, markup=False, soft_wrap=True)
            return OK
        entries = wanted(options.names, options.all)
        if not entries:
            sys.stdout.write(f"nothing to fetch: {', '.join(options.names)} has no weight files\n")
        return _bring_all(entries, options)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: the same command goes on where it ended\n")
        return INTERRUPTED
    except FrameworkError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m framework.fetch",
        description="Fetch weight files: by name, those of a stage, as in lifter=videopose3d, or "
        "of a preset, as in experiment=classic. A file that is here and right costs no network.",
        epilog=f"They go to {cache_folder()}; FRAMEWORK_CACHE=DIR changes that. Proxies are "
        "those of the environment (https_proxy, no_proxy).",
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="weight file, STAGE=NAME or experiment=NAME")
    add("--all", action="store_true", help="every registered file")
    add("--list", action="store_true", help="show the registered files and whether they are here")
    add("--accept-licence", action="store_true", help="accept non-commercial licences unasked")
    add("--into", type=Path, metavar="DIR", help="another folder than the cache, as checkpoint")
    return parser


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


def _bring_all(entries: Sequence[WeightsEntry], options: argparse.Namespace) -> int:
    """Fetch them one by one; one that cannot be had does not stop the others."""
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
    """Ask a person at a terminal; anybody else needs --accept-licence."""
    question = f"{entry.filename} is under {entry.licence}: not for commercial use."
    if sys.stdin.isatty():
        sys.stderr.write(f"{question} Accept? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise BackendError(f"{question} It was not fetched.", "If that suits you: --accept-licence")


def lines() -> Iterator[str]:
    """Yield two lines a registered file, to be printed unbroken: they hold names to copy."""
    for entry in registry().weights.values():
        size = f"{entry.size:,} bytes" if entry.size else "size not published"
        here = "here" if is_here(entry) else "not here"
        yield f"{entry.name}: {here}, {size}, {entry.licence}"
        yield f"    {entry.filename}" + ("" if entry.sources else f"  by hand from {entry.page}")


if __name__ == "__main__":
    sys.exit(main())
