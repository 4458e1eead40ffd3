"""The options are checked without the library."""

import pytest

from framework.options import OptionError
from framework.plugins.tracker.bytetrack.config import ByteTrackConfig


@pytest.mark.parametrize(
    ("name", "value"),
    [("lost_s", 0), ("max_gap_s", -1), ("high_score", 2), ("min_overlap", -1), ("max_people", 0)],
)
def test_a_value_out_of_range_is_named(name, value):
    with pytest.raises(OptionError, match=f"^{name} is {value}, but must be"):
        ByteTrackConfig(**{name: value})
