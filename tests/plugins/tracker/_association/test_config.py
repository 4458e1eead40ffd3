"""Options that trackers share: ranges, and how their old names are declared."""

import math
from dataclasses import fields

import pytest

from framework.options import OptionError, allowed_of
from framework.plugins.tracker._association.config import (
    AssociationConfig,
    GapConfig,
    MultiPersonConfig,
)


@pytest.mark.parametrize(
    ("config", "name", "value", "rule"),
    [
        (GapConfig, "max_gap_s", -0.1, "at least 0"),
        (AssociationConfig, "lost_s", 0, "above 0"),
        (AssociationConfig, "high_score", 1.1, "from 0 to 1"),
        (AssociationConfig, "low_score", -0.1, "at least 0"),
        (AssociationConfig, "max_cost", -0.1, "from 0 to 1"),
        (AssociationConfig, "box_weight", 1.1, "from 0 to 1"),
        (AssociationConfig, "absence_cost", math.nan, "from 0 to 1"),
        (AssociationConfig, "appearance_weight", 2, "from 0 to 1"),
        (AssociationConfig, "hint_bonus", -1, "from 0 to 1"),
        (AssociationConfig, "measurement_noise", 0, "above 0"),
        (AssociationConfig, "process_noise", 0, "above 0"),
        (AssociationConfig, "max_uncertainty", 0, "above 0"),
        (MultiPersonConfig, "max_people", 0, "at least 1"),
        (MultiPersonConfig, "min_duration_s", -1, "at least 0"),
    ],
)
def test_a_value_out_of_range_is_named_with_the_range(config, name, value, rule):
    with pytest.raises(OptionError) as error:
        config(**{name: value})
    assert error.value.message == f"{name} is {value}, but must be {rule}"


def test_the_limits_themselves_are_allowed():
    config = AssociationConfig(max_gap_s=0, low_score=1, high_score=1, max_cost=0, box_weight=1)
    assert (config.low_score, config.high_score) == (1, 1)
    assert MultiPersonConfig(max_people=1, min_duration_s=0).max_people == 1


def test_the_low_score_is_not_above_the_high_one():
    with pytest.raises(OptionError) as error:
        AssociationConfig(low_score=0.6)
    assert error.value.message == ("low_score is 0.6, but must be at most high_score, which is 0.5")


def test_old_names_are_declared_for_saved_configurations():
    formerly = {field.name: allowed_of(field).formerly for field in fields(AssociationConfig)}
    assert {new: old for new, old in formerly.items() if old} == {
        "appearance_weight": ("looks_weight",),
        "measurement_noise": ("jitter",),
        "process_noise": ("agility",),
        "max_uncertainty": ("reach",),
    }
