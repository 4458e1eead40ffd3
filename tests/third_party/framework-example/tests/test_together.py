"""Stages of this package and built-in ones work together, whichever are chosen."""

from itertools import combinations, product

import pytest

from framework.errors import BackendError, ConfigurationError
from framework.hookspecs import WeightFile
from framework.pipeline import Pipeline
from framework.registry import registry
from framework.stages import CHAINS, STAGES, Runtime
from framework.testing.sample import Sample
from framework.weights import search_folders

ROWS = 20


def runs_here(item):
    """Whether a stage can begin a clip without fetching or being told anything."""
    needed = [need.name for need in item.entry.requires if isinstance(need, WeightFile)]
    files = [registry().weights[name].filename for name in needed]
    if not all(any((at / file).is_file() for at in search_folders()) for file in files):
        return False
    try:
        with created(item) as stage:
            stage.start(Sample.make(rows=ROWS, people=2).video)
            return True
    except (BackendError, ConfigurationError):
        return False  # it lacks a library, or cannot do without a setting


def created(item):
    return item.create(item.entry.config(), Runtime(threads=1))


CHOICES = {
    stage: [item for item in registry().entries[stage].values() if runs_here(item)]
    for stage in STAGES
}


def covering_all_pairs():
    """Rows that choose for every stage, so that any two choices of two stages meet in one."""
    places = {stage: range(len(CHOICES[stage])) for stage in STAGES}
    open_pairs = {
        ((a, i), (b, j))
        for a, b in combinations(STAGES, 2)
        for i, j in product(places[a], places[b])
    }
    while open_pairs:
        row = dict(min(open_pairs))
        for stage in STAGES:
            if stage not in row:
                row[stage] = max(places[stage], key=lambda n: gain(row, stage, n, open_pairs))
        ordered = [(stage, row[stage]) for stage in STAGES]
        open_pairs -= set(combinations(ordered, 2))
        yield {stage: CHOICES[stage][place] for stage, place in ordered}


def gain(row, stage, place, open_pairs):
    """How many pairs a choice would close."""
    met = [{((stage, place), other), (other, (stage, place))} for other in row.items()]
    return sum(bool(pair & open_pairs) for pair in met)


def name(row):
    return "-".join(f"{item.package}.{item.entry.name}" for item in row.values())


def test_both_kinds_take_part():
    for stage, items in CHOICES.items():
        assert {item.package for item in items} >= {"framework-example"}, stage
    assert sum(item.builtin for items in CHOICES.values() for item in items) >= 8


@pytest.mark.parametrize("row", [pytest.param(row, id=name(row)) for row in covering_all_pairs()])
def test_any_two_stages_end_with_one_row_per_frame(row, tmp_path):
    clip = Sample.make(rows=ROWS, people=2).written(tmp_path).video.path
    stages = {stage: created(item) for stage, item in row.items() if stage not in CHAINS}
    chains = {f"{stage}s": [created(row[stage])] for stage in CHAINS}
    result = Pipeline(**stages, **chains, output=tmp_path / "out").run(clip)
    assert result.frame_index.tolist() == list(range(ROWS))
    assert {len(part) for part in (*result.tracks, *result.poses)} <= {ROWS}
    if row["detector"].entry.name == "example":
        assert len(result.tracks) >= 1
    assert all(path.stat().st_size for path in result.paths.values())
