"""Options of every top-down backend."""

import pytest

from framework.options import OptionError
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.detector._topdown.config import TopDownConfig


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"pose_threshold": 1.5}, "pose_threshold"),
        ({"score_threshold": float("nan")}, "score_threshold"),
        ({"detection_threshold": -1.0}, "detection_threshold"),
        ({"redetect_s": -1.0}, "redetect_s"),
        ({"max_people": 0}, "max_people"),
        ({"person_detector": PersonDetectorName.file}, "person_detector"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(wrong, name):
    with pytest.raises(OptionError, match=f"^{name} is ") as caught:
        TopDownConfig(**wrong)
    assert caught.value.name == name


def test_a_file_of_boxes_is_enough(tmp_path):
    config = TopDownConfig(
        person_detector=PersonDetectorName.file, person_path=tmp_path, detection_threshold=0.0
    )
    assert config.person_path == tmp_path
