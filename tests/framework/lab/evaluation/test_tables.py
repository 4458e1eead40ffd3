"""Reports as JSON, Markdown and tables for the terminal."""

import json

import numpy as np
import pytest
from rich.console import Console

from framework.lab.evaluation.candidates import Candidate
from framework.lab.evaluation.matching import PosePair
from framework.lab.evaluation.measures import LIMBS
from framework.lab.evaluation.report import Report, section
from framework.lab.evaluation.tables import COLUMNS, problems, to_json, to_markdown, to_table
from framework.skeletons import H36M17


@pytest.fixture
def report(standing):
    off = standing()
    off[:, H36M17.index("left_wrist"), 2] += 0.024
    pairs = [
        PosePair(action=action, predicted=off, truth=standing(), in_camera_axes=True)
        for action in ("walk", "wave")
    ]
    rows = [Candidate(name="a|b", pairs=pairs), Candidate(name="none", problem="no weights")]
    return Report(title="clip", notes=("a note",), sections=(section("clean", rows, LIMBS),))


def test_json_has_every_measure_unrounded_and_null_where_none_applies(report):
    (part,) = json.loads(to_json(report))["sections"]
    row, missing = part["rows"]
    assert row["measures"]["mpjpe"] == pytest.approx(2, abs=1e-3)
    assert row["measures"]["inside"] is None
    assert set(row["measures"]) == {*COLUMNS, "frames"}
    assert missing["measures"] is None
    assert row["actions"]["wave"]["mpjpe"] == row["measures"]["mpjpe"]


def test_markdown_has_the_candidates_then_joints_and_actions(report):
    lines = to_markdown(report).splitlines()
    assert lines[0] == "# clip"
    assert "a note" in lines
    assert any(line.startswith("| a\\|b | 10 | 2.0 |") for line in lines)
    assert "Not evaluated: none: no weights." in lines
    assert "| left_wrist | 24.0 |" in lines
    assert "| wave | 2.0 |" in lines
    tables = [line for line in lines if line.startswith("|---")]
    assert len(tables) == 1 + 2 * 2


def test_the_terminal_shows_rows_with_numbers_only(report):
    console = Console(width=120, record=True, file=None, highlight=False, quiet=False)
    with console.capture() as captured:
        console.print(to_table(report.sections[0]))
    shown = captured.get()
    assert "MPJPE mm" in shown
    assert "miscalibration" not in shown
    assert "a|b" in shown


def test_problems_name_the_candidate(report):
    assert problems(report.sections[0]) == ["none: no weights"]


def test_a_report_without_uncertainties_has_no_infinite_number(report):
    assert "NaN" not in to_json(report)
    assert np.isnan(report.sections[0].rows[0].measures.inside)
