"""Old names of options: accepted wherever they are written, noted, and gone afterwards."""

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from omegaconf import OmegaConf

import framework.config
from framework import Pipeline
from framework.application import run
from framework.config import compose_config, path_keys, register_schemas
from framework.errors import ConfigurationError
from framework.hookspecs import StageEntry
from framework.options import Options, option
from framework.registry import Registered, registry
from framework.schemas import old_names, rename_options, with_old_names
from framework.settings import plain
from framework.stages import Tracker


@dataclass(frozen=True, kw_only=True)
class Renamed(Options):
    """A tracker's option that had another name."""

    process_noise: float = option(1.0, "of the filter", above=0, formerly=("agility",))
    gate_px: int = option(5, "of the assignment", low=1)


class Nobody(Tracker):
    """Follows nobody."""

    def __init__(self, config, runtime):
        self.config = config

    def update(self, index, time_s, detections):
        pass

    def finish(self):
        return []


@pytest.fixture
def renamed_tracker():
    """A third-party entry with a renamed option, known to Hydra."""
    entry = StageEntry(name="renamed", summary="x", config=Renamed, factory=f"{__name__}:Nobody")
    item = Registered("tracker", entry, "their-package", "1")
    registry().entries["tracker"]["renamed"] = item
    for cached in (register_schemas, path_keys):
        cached.cache_clear()
    yield item
    del registry().entries["tracker"]["renamed"]
    for cached in (register_schemas, path_keys):
        cached.cache_clear()


def test_old_names_are_listed_by_their_new_one():
    assert old_names(Renamed) == {"agility": "process_noise"}


def test_a_config_without_old_names_stays_itself():
    @dataclass(frozen=True, kw_only=True)
    class Plain(Options):
        """Nothing was renamed."""

        count: int = option(1, "how many")

    assert with_old_names(Plain) is Plain


def test_an_old_name_on_the_command_line_sets_the_new_option_and_is_noted(renamed_tracker, caplog):
    with caplog.at_level(logging.WARNING):
        config = compose_config(["tracker=renamed", "tracker.agility=2.5"])
    assert plain(config)["tracker"] == {"name": "renamed", "process_noise": 2.5, "gate_px": 5}
    (record,) = caplog.records
    assert "tracker.agility is called tracker.process_noise now" in record.getMessage()


def test_nothing_is_noted_where_no_old_name_is_used(renamed_tracker, caplog):
    with caplog.at_level(logging.WARNING):
        config = compose_config(["tracker=renamed", "tracker.process_noise=3"])
    assert plain(config)["tracker"] == {"name": "renamed", "process_noise": 3.0, "gate_px": 5}
    assert caplog.records == []


def test_a_value_under_an_old_name_is_checked_as_one_under_the_new(renamed_tracker):
    with pytest.raises(ConfigurationError, match="'fast' of type 'str'"):
        compose_config(["tracker=renamed", "tracker.agility=fast"])
    config = compose_config(["tracker=renamed", "tracker.agility=-1"])
    with pytest.raises(ConfigurationError, match=r"tracker.process_noise is -1.*above 0"):
        framework.config.chosen("tracker", config)


def test_a_configuration_that_was_read_from_a_file_is_renamed_too(caplog):
    config = OmegaConf.create({"tracker": {"name": "largest"}, "refiner": {}})
    before = OmegaConf.to_container(config)
    assert OmegaConf.to_container(rename_options(config)) == before


def test_a_pipeline_renames_the_options_of_its_configuration(renamed_tracker, caplog):
    config = compose_config(["tracker=renamed", "renderer=none"])
    OmegaConf.set_struct(config, False)
    config.tracker = {"name": "renamed", "agility": 4.0, "gate_px": 2}
    with caplog.at_level(logging.WARNING):
        pipeline = Pipeline(config)
    assert pipeline.tracker.config == Renamed(process_noise=4.0, gate_px=2)
    assert len(caplog.records) == 1


def test_a_saved_configuration_with_an_old_name_runs_again(
    renamed_tracker, tmp_path, monkeypatch, capfd
):
    saved = tmp_path / "clip_config.yaml"
    saved.write_text(
        "defaults: [config, override tracker: renamed, override renderer: none, _self_]\n"
        "input: missing.mp4\ntracker: {agility: 7.0}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    monkeypatch.setattr(sys, "argv", ["framework"])
    code = run(["--config-dir", ".", "--config-name", "clip_config"])
    assert code == 3  # there is no video; but the configuration was accepted
    printed = capfd.readouterr().err
    assert "tracker.agility is called tracker.process_noise now" in printed
    assert "'missing.mp4' does not exist" in printed


@dataclass(frozen=True, kw_only=True)
class WithFile(Options):
    """A file that had another name."""

    checkpoint: Path | None = option(None, "weights", formerly=("weights",))


def test_an_old_name_of_a_path_is_quoted_like_the_new_one(monkeypatch):
    entry = StageEntry(name="other", summary="x", config=WithFile, factory="a:B")
    item = Registered("lifter", entry, "their-package", "1")
    monkeypatch.setitem(registry().entries["lifter"], "other", item)
    path_keys.cache_clear()
    try:
        assert {"lifter.checkpoint", "lifter.weights"} <= path_keys()
    finally:
        path_keys.cache_clear()
