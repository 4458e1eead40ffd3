"""A report as tables: for the terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from framework.lab.evaluation.report import Report, Row, Section

COLUMNS: dict[str, tuple[str, float, int]] = {
    "mpjpe": ("MPJPE mm", 1, 1),
    "n_mpjpe": ("N-MPJPE mm", 1, 1),
    "p_mpjpe": ("P-MPJPE mm", 1, 1),
    "velocity": ("velocity mm/frame", 1, 1),
    "acceleration": ("acceleration mm/frame²", 1, 1),
    "peak_speed": ("peak wrist speed / truth's", 1, 2),
    "pck": ("PCK 150 mm %", 100, 1),
    "auc": ("AUC %", 100, 1),
    "p_pck": ("P-PCK %", 100, 1),
    "p_auc": ("P-AUC %", 100, 1),
    "bones": ("bone deviation mm", 1, 1),
    "coverage": ("coverage %", 100, 0),
    "inside": ("inside 90 % radius %", 100, 1),
    "miscalibration": ("miscalibration %", 100, 1),
}
"""Heading, factor and number of decimals of each field of `Measures`."""
_DETAILS = {"mpjpe": "MPJPE", "p_mpjpe": "P-MPJPE"}


def to_json(report: Report) -> str:
    """All measures, unrounded; one that does not apply is null."""
    return json.dumps(_plain(asdict(report)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    # JSON (RFC 8259) has no NaN or infinity.
    return None if isinstance(value, float) and not math.isfinite(value) else value


def to_markdown(report: Report) -> str:
    """All tables: the candidates, then each joint and each action."""
    lines = [f"# {report.title}", ""]
    lines += [line for note in report.notes for line in (note, "")]
    for part in report.sections:
        lines += [f"## {part.name}", ""] if part.name else []
        lines += [f"Joints: {', '.join(part.joints)}.", ""]
        lines += _markdown(*_overview(part))
        lines += [line for problem in problems(part) for line in (f"Not evaluated: {problem}.", "")]
        for key, title in _DETAILS.items():
            for header, table in _details(part, key):
                lines += [f"{title} by {header[0]}, mm", "", *_markdown(header, table)]
    return "\n".join(lines)


def to_table(part: Section) -> Table:
    """The candidates of a section side by side, for a terminal, without rows that are empty."""
    header, rows = _overview(part)
    table = Table(title=part.name or None, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(no_wrap=True)
    for name, *_ in rows:
        # With a space after commas the line of a chain of refiners breaks there, not within a name.
        table.add_column(escape(name.replace(",", ", ")), justify="right", overflow="fold")
    # Transposed: a line per measure, as the measures are too many for columns of a terminal.
    for measure_name, *values in list(zip(header, *rows, strict=True))[1:]:
        if any(values):
            table.add_row(measure_name, *values)
    return table


Cells = list[str]


def _overview(part: Section) -> tuple[Cells, list[Cells]]:
    header = ["", "frames", *(heading for heading, _, _ in COLUMNS.values())]
    return header, [_overview_row(row) for row in part.rows]


def _overview_row(row: Row) -> Cells:
    if row.measures is None:
        return [row.name, *[""] * (1 + len(COLUMNS))]
    values = [
        _cell(factor * getattr(row.measures, key), decimals)
        for key, (_, factor, decimals) in COLUMNS.items()
    ]
    return [row.name, str(row.measures.frames), *values]


def problems(part: Section) -> list[str]:
    """Why candidates could not run, one line each."""
    return [f"{row.name}: {row.problem}" for row in part.rows if row.problem]


def _details(part: Section, key: str) -> list[tuple[Cells, list[Cells]]]:
    """A table by joint and one by action, those that hold any number."""
    rows = [row for row in part.rows if row.measures is not None]
    names = [row.name for row in rows]
    actions = list(rows[0].actions) if rows else []
    tables = [
        (["joint", *names], _lines(part.joints, rows, lambda row, j: row.joints[j][key])),
        (
            ["action", *names],
            _lines(actions, rows, lambda row, action: getattr(row.actions[action], key)),
        ),
    ]
    return [(header, table) for header, table in tables if any(any(line[1:]) for line in table)]


def _lines(
    names: Sequence[str], rows: Sequence[Row], value: Callable[[Row, str], float]
) -> list[Cells]:
    return [[name, *(_cell(value(row, name), 1) for row in rows)] for name in names]


def _cell(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if math.isfinite(value) else ""


def _markdown(header: Cells, rows: list[Cells]) -> list[str]:
    def line(cells: Cells) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(header), "|---" + "|--:" * (len(header) - 1) + "|", *map(line, rows), ""]
