"""Options that are not allowed are named."""

import pytest

from framework.errors import ConfigurationError
from framework.plugins.detector.blazepose.config import (
    BlazePoseConfig,
)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"score_threshold": 1.5}, "score_threshold"),
        ({"presence_new": -0.1}, "presence_new"),
        ({"detection_threshold": float("nan")}, "detection_threshold"),
        ({"redetect_s": -1.0}, "redetect_s"),
        ({"max_people": 0}, "max_people"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(settings, key):
    with pytest.raises(ConfigurationError, match=key):
        BlazePoseConfig(**settings)
