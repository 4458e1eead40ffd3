"""A selection must be clear."""

import pytest

from framework.options import OptionError
from framework.plugins.tracker.select.config import SelectConfig


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"at": [1, 2]}, "at is [1, 2], but must have 3 elements"),
        ({"box": [1, 2, 3, 4]}, "box is [1, 2, 3, 4], but must have 5 elements"),
        ({"index": -1}, "index is -1, but must be at least 0"),
        ({"confirm_s": -1}, "confirm_s is -1, but must be at least 0"),
        ({"index": 1, "at": [1, 2, 3]}, "index is given together with at"),
        (
            {"index": 0, "at": [1, 2, 3], "box": [1, 2, 3, 4, 5]},
            "index is given together with at and box",
        ),
    ],
)
def test_an_unclear_selection_is_refused(options, message):
    with pytest.raises(OptionError) as error:
        SelectConfig(**options)
    assert error.value.message == message


def test_the_range_of_shared_options_is_checked_too():
    with pytest.raises(OptionError, match=r"^process_noise is 0, but must be above 0"):
        SelectConfig(process_noise=0)
