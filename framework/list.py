"""``python -m framework.list``: every stage, who provides it, and whether it can run now."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from framework.registry import PLUGINS_VARIABLE, Registered, registry
from framework.screen import Screen
from framework.weights import is_here


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
        "to_fetch": [weights.filename for weights in item.weights() if not is_here(weights)],
    }


def failures() -> list[dict[str, str]]:
    """Return what is wrong with installed plugins."""
    return [
        {"plugin": f.plugin, "package": f.package, "cause": f.cause, "hint": f.hint}
        for f in registry().failures
    ]


def table() -> Table:
    """Return the rows as a table for people."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stage", "name", "what it does", "package", "licence", "usable now"):
        result.add_column(column, overflow="fold")
    for row in rows():
        fetched = ", ".join(row["to_fetch"])
        usable = "[green]yes[/]" + (escape(f", fetching {fetched} first") if fetched else "")
        if not row["usable"]:
            usable = escape("; ".join(row["missing"]))
        package = f"{row['package']} {row['version']}"
        cells = (row["stage"], row["name"], row["summary"], package, row["licence"])
        result.add_row(*(escape(cell) for cell in cells), usable)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the list; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m framework.list",
        description="Every implementation of every stage. Choose one with STAGE=NAME.",
        epilog=f"{PLUGINS_VARIABLE}=a,b limits third-party plugins to those named, "
        f"{PLUGINS_VARIABLE}= switches all of them off.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    options = parser.parse_args(arguments)
    if options.json:
        text = json.dumps({"stages": rows(), "failures": failures()}, indent=2, ensure_ascii=False)
        sys.stdout.write(text + "\n")
        return 0
    wide = None if sys.stdout.isatty() else 160
    console = Screen(highlight=False, width=wide)
    console.print(table())
    for failure in registry().failures:
        Screen(stderr=True, highlight=False).print(f"[yellow]{escape(str(failure))}[/]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
