"""The table of a sweep, from what its jobs wrote."""

import csv
import json

import pytest
from omegaconf import OmegaConf

from framework.sweeps import SweepTable, exit_codes, write_status


@pytest.fixture
def sweep(tmp_path):
    """Three jobs: two with a result, one that failed."""
    for number, (tracker, licence) in enumerate([("all", "MIT"), ("largest", "Apache-2.0")]):
        job = tmp_path / str(number)
        job.mkdir()
        summary = {
            "input": {"name": "a.mp4"},
            "counts": {"frames": 10, "found": 25, "people": 2, "coverage": 0.5},
            "seconds": {"decode": 1.5, "detector": 2.5},
            "licences": {"detector x": "MIT", "lifter y": licence},
        }
        (job / "a_summary.json").write_text(json.dumps(summary))
        write_status(job, ["stride=2", f"tracker={tracker}"], 0, [], job)
    (tmp_path / "10").mkdir()
    write_status(
        tmp_path / "10", ["stride=2", "tracker=x"], 3, ["bad file\n  hint"], tmp_path / "10"
    )
    return tmp_path


@pytest.fixture
def rows(sweep, capsys):
    exit_codes.clear()
    SweepTable().on_multirun_end(OmegaConf.create({"hydra": {"sweep": {"dir": str(sweep)}}}))
    with (sweep / "sweep.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), capsys.readouterr().out


def test_a_row_for_each_result_and_each_error_in_the_order_of_jobs(rows):
    table, _ = rows
    assert [row["job"] for row in table] == ["0", "1", "10"]
    assert [row["overrides"] for row in table] == ["tracker=all", "tracker=largest", "tracker=x"]
    assert [row["result"] for row in table] == ["done", "done", "bad file"]


def test_figures_come_from_the_summaries(rows):
    first = rows[0][0]
    assert (first["frames"], first["found"], first["people"]) == ("10", "2.5", "2")
    assert (first["coverage"], first["seconds"], first["frames_per_s"]) == ("50.0%", "4.0", "2.5")


def test_licences_that_all_share_stand_below_the_table(rows):
    table, printed = rows
    assert [row["licence"] for row in table] == ["MIT", "Apache-2.0", ""]
    assert "licence of all   detector x: MIT" in printed


def test_the_exit_code_is_that_of_the_worst_job(rows):
    assert exit_codes == [3]
    exit_codes.clear()
