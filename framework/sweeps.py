"""One table at the end of a sweep, whichever launcher ran the jobs."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from framework.commit import SUMMARY

STATUS = "job.json"
"""The report of a job in its own folder; jobs may run in other processes or on other machines."""
COLUMNS = (
    "job",
    "overrides",
    "input",
    "frames",
    "found",
    "people",
    "coverage",
    "seconds",
    "frames_per_s",
    "licence",
    "result",
)
"""``found``: people that the detector found, a frame; ``people``: those in the result."""

Row = dict[str, Any]

exit_codes: list[int] = []
"""What the jobs of this process, or of its sweep, ended with."""


class SweepTable(Callback):
    """Hydra callback: prints the table and writes it as ``sweep.csv`` into the sweep's folder."""

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Read the reports of all jobs."""
        folder = Path(config.hydra.sweep.dir)
        exit_codes.append(_worst_code(folder))
        jobs = [(path.parent.name, json.loads(path.read_bytes())) for path in _by_number(folder)]
        common = set.intersection(*(set(job["overrides"]) for _, job in jobs)) if jobs else set()
        rows = [row for number, job in jobs for row in _rows(number, job, common)]
        shared = _take_shared_licences(rows)
        with (folder / "sweep.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        _show(rows, [*shared, f"wrote {folder / 'sweep.csv'}"])


def _take_shared_licences(rows: list[Row]) -> list[str]:
    """Keep in each row the licences that not all results share; return a line per shared one."""
    results = [row["licence"] for row in rows if row["licence"]]
    shared = set.intersection(*(set(one.items()) for one in results)) if results else set()
    for row in rows:
        own = dict(row["licence"] or {}).items() - shared
        row["licence"] = "; ".join(text for _, text in sorted(own))
    return [f"licence of all   {use}: {text}" for use, text in sorted(shared)]


def _show(rows: list[Row], lines: list[str]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from framework.terminal import Terminal

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(row[column])) for column in COLUMNS))
    console = Terminal(highlight=False, width=None if sys.stdout.isatty() else 160)
    console.print(table)
    for line in lines:
        console.print(escape(line), soft_wrap=True)


def write_status(
    folder: Path, overrides: list[str], code: int, errors: list[str], output: Path
) -> None:
    """Write the report of a job: its overrides, exit code, errors and output folder."""
    status = {
        "overrides": overrides,
        "exit_code": code,
        "errors": errors,
        "output": str(output.resolve()),
    }
    (folder / STATUS).write_text(
        json.dumps(status, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _worst_code(folder: Path) -> int:
    return max(
        (json.loads(path.read_bytes())["exit_code"] for path in _by_number(folder)), default=0
    )


def _by_number(folder: Path) -> list[Path]:
    found = folder.glob(f"*/{STATUS}")
    return sorted(found, key=lambda path: (len(path.parent.name), path.parent.name))


def _rows(number: str, job: dict[str, Any], common: set[str]) -> list[Row]:
    """Return a row per input of one job and one per error; overrides of all jobs are left out."""
    overrides = [override for override in job["overrides"] if override not in common]
    head = {"job": number, "overrides": " ".join(overrides)}
    rows: list[Row] = []
    for path in sorted(Path(job["output"]).glob(f"*{SUMMARY}")):
        record = json.loads(path.read_bytes())
        rows.append(head | _facts(record))
    blank = dict.fromkeys(COLUMNS, "")
    rows += [blank | head | {"result": error.splitlines()[0]} for error in job["errors"]]
    return rows


def _facts(record: dict[str, Any]) -> Row:
    """The columns of one result, from its summary."""
    counts, seconds = record["counts"], sum(record["seconds"].values())
    return {
        "input": record["input"]["name"],
        "frames": counts["frames"],
        "found": round(counts["found"] / counts["frames"], 2),
        "people": counts["people"],
        "coverage": f"{counts['coverage']:.1%}",
        "seconds": round(seconds, 1),
        "frames_per_s": round(counts["frames"] / seconds, 1) if seconds else "",
        "licence": record["licences"],
        "result": "done",
    }
