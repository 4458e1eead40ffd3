"""The options of both parents are checked."""

import pytest

from framework.options import OptionError
from framework.plugins.tracker.all.config import AllConfig


@pytest.mark.parametrize(
    ("name", "value"), [("max_people", 0), ("min_duration_s", -1), ("max_uncertainty", 0)]
)
def test_a_value_out_of_range_is_named(name, value):
    with pytest.raises(OptionError, match=f"^{name} is {value}, but must be"):
        AllConfig(**{name: value})


def test_the_order_of_the_two_scores_is_checked_too():
    with pytest.raises(OptionError, match=r"low_score is 0\.6, but must be at most high_score"):
        AllConfig(low_score=0.6)
