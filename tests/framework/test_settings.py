"""Settings of a run: what is allowed, and the configuration as plain values."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from omegaconf import MISSING as OMEGACONF_MISSING
from omegaconf import OmegaConf

from framework.options import OptionError, check_options
from framework.settings import MAX_THREADS, MISSING, Device, RunConfig, plain
from framework.stages import STAGES


def test_the_mark_of_a_missing_value_is_that_of_omegaconf():
    assert MISSING == OMEGACONF_MISSING


def test_every_stage_has_a_place():
    assert set(STAGES) <= {option.name for option in fields(RunConfig)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_s", -0.1),
        ("end_s", 0.0),
        ("stride", 0),
        ("threads", 0),
        ("threads", MAX_THREADS + 1),
        ("workers", 0),
    ],
)
def test_settings_that_make_no_sense_are_refused(name, value):
    with pytest.raises(OptionError, match=f"{name} is {value}"):
        check_options(RunConfig, {name: value})


def test_settings_on_the_bounds_are_accepted():
    check_options(
        RunConfig,
        {"start_s": 0.0, "end_s": None, "stride": 1, "threads": MAX_THREADS, "workers": 1},
    )


def test_a_plain_configuration_is_json_with_references_resolved():
    config = OmegaConf.create(
        {"device": Device.cuda, "path": Path("a/b"), "focal": 0.8, "same": "${focal}", "x": "???"},
        flags={"allow_objects": True},
    )
    values = plain(config)
    assert values == {"device": "cuda", "path": "a/b", "focal": 0.8, "same": 0.8, "x": "???"}
    assert json.loads(json.dumps(values)) == values
    assert plain(config, folders=False)["path"] == "b"
