"""Options of the keypoints filter, and which joints they require."""

import pytest

from framework.options import OptionError
from framework.plugins.completeness.keypoints.config import KeypointCompletenessConfig, Profile


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("margin", -0.1, "is -0.1, but must be at least 0 and below 0.5"),
        ("margin", 0.5, "is 0.5, but must be at least 0 and below 0.5"),
        ("joints", [], "is empty"),
        ("max_hidden", -1, "is -1, but must be at least 0 and below 1"),
        ("max_hidden", 1, "is 1, but must be at least 0 and below 1"),
        ("hysteresis", -0.1, "is -0.1, but must be at least 0 and below 1"),
        ("hysteresis", 1, "is 1, but must be at least 0 and below 1"),
    ],
)
def test_a_value_out_of_range_is_named(name, value, problem):
    with pytest.raises(OptionError) as error:
        KeypointCompletenessConfig(**{name: value})
    assert error.value.message == f"{name} {problem}"


@pytest.mark.parametrize(
    ("profile", "joints"),
    [
        (Profile.full, {"shoulder", "elbow", "wrist", "hip", "knee", "ankle"}),
        (Profile.upper, {"shoulder", "elbow", "wrist", "hip"}),
        (Profile.lower, {"hip", "knee", "ankle"}),
    ],
)
def test_a_profile_requires_each_of_its_joints_once_on_both_sides(profile, joints):
    required = KeypointCompletenessConfig(profile=profile).required
    assert len(required) == len(set(required))
    assert {*required} == {f"{side}_{joint}" for side in ("left", "right") for joint in joints}


def test_a_list_of_joints_replaces_a_profile():
    assert KeypointCompletenessConfig(joints=["nose"]).required == ["nose"]
