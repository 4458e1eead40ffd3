"""Generated pages: what they say about options and arrays is what the code declares."""

import importlib.util
from pathlib import Path

import pytest

from framework.result_table import ARRAYS


@pytest.fixture(scope="module")
def generate():
    path = Path(__file__).parents[2] / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(page, start):
    return next(line for line in page.splitlines() if line.startswith(start))


def test_the_page_of_outputs_has_every_array_with_its_shape_and_columns(generate):
    table = generate.arrays_table()
    assert table.count("\n| `") == len(ARRAYS)
    assert row(table, "| `boxes`").startswith(
        "| `boxes` | (N, T, 4) float32 | `box` | `box_x1_px`, `box_y1_px`, "
    )
    assert "(N,) int64 | `track_id`, head | `track_id` |" in row(table, "| `track_id`")
    assert "| `keypoints` | `JOINT_score` |" in row(table, "| `keypoint_scores`")


def test_the_page_of_stages_shows_defaults_and_allowed_values(generate):
    page = generate.stages_page()
    assert row(page, "| `model` | `full` |").split("|")[3].strip() == "one of lite, full, heavy"
    for stage in generate.STAGES:
        assert f"\n## {stage}\n" in page


def test_the_committed_page_of_outputs_is_current(generate):
    page = generate.DOCS / "outputs.md"
    assert generate.pages()[page] == page.read_text(encoding="utf-8")
