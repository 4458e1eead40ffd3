"""Options that are not allowed are named."""

import pytest

from framework.errors import ConfigurationError
from framework.plugins.detector.keypoints.config import KeypointFilesConfig


@pytest.mark.parametrize(
    "settings",
    [
        {"image_size_wh": [640]},
        {"image_size_wh": [0, 480]},
        {"fps": 0.0},
        {"fps": float("nan")},
        {"fps": 1e-9},
        {"first_number": -1},
        {"first_number": 10**30},
        {"skeleton": "body26"},
        {"score_threshold": -0.1},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings):
    (key,) = settings
    with pytest.raises(ConfigurationError, match=f"^{key} is"):
        KeypointFilesConfig(**settings)
