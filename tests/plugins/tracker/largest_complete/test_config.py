"""Options, as built and as typed on the command line."""

import pytest

from framework.config import build, compose_config
from framework.errors import ConfigurationError
from framework.options import OptionError
from framework.plugins.tracker.largest_complete.config import LargestCompleteConfig


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lost_s", 0),
        ("max_gap_s", -1),
        ("high_score", 2),
        ("low_score", 0.6),
        ("confirm_s", -1),
        ("next_area", -1),
    ],
)
def test_a_value_out_of_range_is_named(name, value):
    with pytest.raises(OptionError, match=f"^{name} is {value}, but must be"):
        LargestCompleteConfig(**{name: value})


def test_one_person_is_waited_for_longer_than_many():
    assert LargestCompleteConfig().lost_s == 2.5


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("tracker.next_area=-1", "tracker.next_area is -1.0, but must be at least 0"),
        (
            "tracker.low_score=0.6",
            "tracker.low_score is 0.6, but must be at most high_score, which is 0.5",
        ),
    ],
)
def test_on_the_command_line_the_stage_is_named_too(override, message):
    config = compose_config([override])
    with pytest.raises(ConfigurationError) as error:
        build("tracker", config)
    assert error.value.message == message
