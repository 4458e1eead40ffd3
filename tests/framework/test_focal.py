"""Who says how long the focal length is."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.errors import ConfigurationError
from framework.focal import FOCAL, check_setting, focal_length, from_35mm_equivalent
from framework.types import VideoInfo


def clip(focal):
    return VideoInfo(path=Path("a.mov"), size_wh=(1920, 1080), fps=Fraction(30), focal=focal)


@pytest.mark.parametrize(
    ("setting", "file", "expected"),
    [
        (0.7, 0.8, (0.7, "setting")),
        (0.7, None, (0.7, "setting")),
        (None, 0.8, (0.8, "file")),
        (None, None, (FOCAL, "default")),
    ],
)
def test_a_setting_comes_first_and_then_the_file(setting, file, expected):
    answer = focal_length(setting, clip(file))
    assert (answer.longer_sides, answer.source) == expected


@pytest.mark.parametrize("setting", [0.0, -1.0, 1000.0, float("nan"), float("inf")])
def test_what_no_lens_has_is_refused(setting):
    with pytest.raises(ConfigurationError, match=r"lifter\.focal is"):
        check_setting("lifter.focal", setting)


def test_film_itself_is_36_mm_wide():
    assert from_35mm_equivalent(36, (3600, 2400)) == pytest.approx(1)


@given(equivalent_mm=st.floats(8, 1000), width=st.integers(16, 8000), height=st.integers(16, 8000))
def test_the_angle_over_the_diagonal_is_that_on_film(equivalent_mm, width, height):
    focal_px = from_35mm_equivalent(equivalent_mm, (width, height)) * max(width, height)
    angle = np.arctan(np.hypot(width, height) / 2 / focal_px)
    assert angle == pytest.approx(np.arctan(np.hypot(36, 24) / 2 / equivalent_mm))


def test_a_turn_or_another_scale_changes_nothing():
    assert from_35mm_equivalent(26, (1080, 1920)) == from_35mm_equivalent(26, (1920, 1080))
    assert from_35mm_equivalent(26, (640, 360)) == pytest.approx(
        from_35mm_equivalent(26, (1920, 1080))
    )
