"""``python -m framework.list``: every stage, who provides it, and whether it can run now."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

from framework.command_config import Command
from framework.commands import exit_code_of
from framework.errors import OK
from framework.hookspecs import PROJECT
from framework.options import Options, option
from framework.registry import PLUGINS_VARIABLE, Registered, registry
from framework.terminal import Terminal


def rows() -> list[dict[str, Any]]:
    """Return a row per implementation: stage, name, summary, package, licence, what is missing."""
    return [_row(item) for item in registry().all()]


def _row(item: Registered) -> dict[str, Any]:
    entry = item.entry
    problems = item.missing()
    if packages := registry().conflicts.get((item.stage, entry.name)):
        problems.append(f"provided by {' and '.join(packages)}: uninstall one")
    return {
        "stage": item.stage,
        "name": entry.name,
        "summary": entry.summary,
        "package": item.package,
        "version": item.version,
        "licence": entry.licence,
        "non_commercial": entry.non_commercial,
        "homepage": entry.homepage,
        "usable": not problems,
        "missing": problems,
        "to_fetch": item.to_fetch(),
    }


def failures() -> list[dict[str, str]]:
    """Return what is wrong with installed plugins."""
    return [
        {"plugin": f.plugin, "package": f.package, "cause": f.cause, "hint": f.hint}
        for f in registry().failures
    ]


def table(listed: Sequence[dict[str, Any]]) -> Table:
    """Return rows of `rows` as a table for people."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stage", "name", "usable"):
        result.add_column(column, no_wrap=True)
    for column in ("licence", "what it does"):
        result.add_column(column, overflow="fold")
    for row in listed:
        usable = "[green]yes[/]" if row["usable"] else "[yellow]no[/]"
        cells = (escape(row[key]) for key in ("stage", "name", "licence", "summary"))
        stage, name, licence, summary = cells
        result.add_row(stage, name, usable + ("*" if _fetches(row) else ""), licence, summary)
    return result


def helps(listed: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield lines that say how to get what is missing; commands and addresses are never broken."""
    for row in listed:
        if row["missing"]:
            yield f"\n{row['stage']}={row['name']}"
        for problem in row["missing"]:
            what, _, how = problem.rpartition(": ")
            yield f"  {what}:"
            yield f"    {how}"
    if fetching := [row for row in listed if _fetches(row)]:
        yield "\n* weights are fetched when first used, or before:"
        yield f"    python -m framework.fetch {fetching[0]['stage']}={fetching[0]['name']}"
    foreign = [row for row in listed if row["package"] != PROJECT]
    for package in dict.fromkeys((row["package"], row["version"]) for row in foreign):
        theirs = (row for row in foreign if (row["package"], row["version"]) == package)
        names = ", ".join(f"{row['stage']}={row['name']}" for row in theirs)
        yield f"\nfrom {' '.join(package)}: {names}"


def _fetches(row: dict[str, Any]) -> bool:
    return bool(row["usable"] and row["to_fetch"])


@dataclass(frozen=True, kw_only=True)
class ListOptions(Options):
    """Options of ``python -m framework.list``."""

    json: bool = option(False, "print JSON for programs")


_COMMAND = Command(
    name="framework.list",
    introduction=f"""\
Every implementation of every stage, and whether it can run now. Choose one with STAGE=NAME.

{PLUGINS_VARIABLE}=a,b limits third-party plugins to those named, {PLUGINS_VARIABLE}= switches all
of them off.
""",
    options=ListOptions,
    takes_flags=True,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the list; return the exit code."""
    return exit_code_of(_list, sys.argv[1:] if arguments is None else arguments)


def _list(arguments: Sequence[str]) -> int:
    if _COMMAND.answers_help(arguments):
        return OK
    own, _ = _COMMAND.split(arguments)
    options: ListOptions = _COMMAND.read(own)
    if options.json:
        text = json.dumps({"stages": rows(), "failures": failures()}, indent=2, ensure_ascii=False)
        sys.stdout.write(text + "\n")
        return OK
    wide = None if sys.stdout.isatty() else 160
    console = Terminal(highlight=False, width=wide)
    listed = rows()
    console.print(table(listed))
    for line in helps(listed):
        console.print(line, markup=False, soft_wrap=True)
    for failure in registry().failures:
        Terminal(stderr=True, highlight=False).print(
            f"[yellow]{escape(str(failure))}[/]", soft_wrap=True
        )
    return OK


if __name__ == "__main__":
    sys.exit(main())
