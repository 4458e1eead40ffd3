"""Ranges of the options that pairwise interpolators share."""

import pytest

from framework.options import OptionError
from framework.plugins.interpolator._pairwise.config import PairwiseConfig


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("factor", 0, "from 1 to 64"),
        ("factor", 65, "from 1 to 64"),
        ("target_fps", 0.0, "above 0 and at most 1000"),
        ("target_fps", 1001.0, "above 0 and at most 1000"),
        ("target_fps", float("nan"), "above 0 and at most 1000"),
        ("max_gap_s", 0.0, "above 0 and at most 10"),
        ("max_gap_s", 10.5, "above 0 and at most 10"),
        ("max_difference", 1.5, "from 0 to 1"),
    ],
)
def test_a_value_out_of_range_is_named_with_the_range(name, value, rule):
    with pytest.raises(OptionError) as error:
        PairwiseConfig(**{name: value})
    assert error.value.message == f"{name} is {value}, but must be {rule}"
